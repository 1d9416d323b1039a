// Shows what our server was told by Rollcall, every two seconds, and passes the organiser's wishes on.
const id = (name) => document.getElementById(name);
const clock = (iso) => new Date(iso).toLocaleTimeString("ru", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
let sessions = [];

function minutes(ms) {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function element(kind, text, ...children) {
  const made = document.createElement(kind);
  made.append(text, ...children);
  return made;
}

function item(state, title, ...notes) {
  const made = element("li", "", element("span", state), element("b", title), ...notes.map((text) => element("small", text)));
  made.firstElementChild.className = "badge";
  return made;
}

function stateOf(session, now) {
  if (now < session.starts_at) return "впереди";
  return session.ends_at !== null && session.ends_at <= now ? "прошло" : "идёт";
}

const running = (now) => sessions.find((session) => stateOf(session, now) === "идёт");
const next = (now) => sessions.find((session) => stateOf(session, now) === "впереди");

function sessionItem(session, now) {
  const state = stateOf(session, now);
  const until = (iso) => minutes(new Date(iso) - new Date(now));
  const times = `${clock(session.starts_at)} – ${session.ends_at ? clock(session.ends_at) : "…"}`;
  const event = {
    впереди: () => `начнётся через ${until(session.starts_at)}`,
    идёт: () => (session.ends_at ? `закончится через ${until(session.ends_at)}` : "закончите сами"),
    прошло: () => `длилось ${minutes(session.duration_ms)}`,
  };
  const made = item(state, session.title, times, event[state]());
  made.classList.toggle("now", state === "идёт");
  return made;
}

function showSessions({ generated_at: now, ...statistics }) {
  sessions = statistics.sessions.sort((a, b) => (a.starts_at < b.starts_at ? -1 : 1));
  id("sessions").replaceChildren(...sessions.map((session) => sessionItem(session, now)));
  id("stop").disabled = !running(now);
  id("start").querySelector("button").disabled = Boolean(running(now));
}

function showChecks(plan, checks) {
  const [range, unit] = plan?.every_s ? [plan.every_s, "с"] : [plan?.every_min, "мин"];
  const often = plan?.per_session ? `вопросов за занятие — ${plan.per_session}` : `каждые ${range?.join("–")} ${unit} просмотра`;
  id("plan").textContent = plan
    ? `План: ${often}, ${plan.lifetime_s} с на ответ${plan.paused ? " (приостановлен)" : ""}.`
    : "Плана нет: спрашиваете вы.";
  const last = checks.slice(-3).reverse().map((check) =>
    item(check.origin === "plan" ? "по плану" : "вручную", `✔ ${check.confirmed}  ✖ ${check.missed}`, clock(check.last_issued_at)));
  id("checks").replaceChildren(...(last.length ? last : [element("li", "", element("p", "Ещё не спрашивали."))]));
}

function messageItem(message) {
  const remove = element("button", "✕");
  remove.ariaLabel = `Удалить сообщение: ${message.text}`;
  remove.addEventListener("click", () => wish("remove", { message_id: message.id }, "Сообщение убрано у всех."));
  return element("li", "", element("b", message.name), element("small", clock(message.at)), remove, element("p", message.text));
}

function showChat(messages) {
  const [list, shown] = [id("chat"), messages.map((message) => message.id).join()];
  if (list.dataset.shown === shown) return; // so that a button keeps its focus
  list.dataset.shown = shown;
  list.replaceChildren(...messages.map(messageItem));
}

function showTable({ participants }) {
  const head = ["Участник", ...sessions.map((session) => session.title), "Всего", "Контроль"];
  id("table").tHead.replaceChildren(element("tr", "", ...head.map((text) => element("th", text))));
  const rows = participants.map((person) => {
    const watched = sessions.map((session) => person.sessions.find((own) => own.session_id === session.id)?.watched_ms ?? 0);
    const count = (outcome) => person.checks.filter((check) => check.outcome === outcome).length;
    const cells = [...[...watched, person.watched_ms].map(minutes), `✔ ${count("confirmed")}  ✖ ${count("missed")}`];
    return element("tr", "", element("th", person.name ?? person.user_id), ...cells.map((text) => element("td", text)));
  });
  id("table").tBodies[0].replaceChildren(...rows);
}

function show({ media, plan, chat, statistics }) {
  id("signal").textContent = media.signal === "on" ? "есть" : "нет";
  id("viewers").textContent = media.viewers_now;
  id("generated").textContent = `на ${clock(statistics.generated_at)}`;
  showSessions(statistics);
  showChecks(plan, statistics.checks);
  showChat(chat);
  showTable(statistics);
}

async function refresh() {
  try {
    const answer = await fetch("/organiser/state");
    const state = await answer.json();
    if (!answer.ok) throw new Error(state.detail);
    show(state);
  } catch (error) {
    tell(`Нет связи с сервером: ${error.message}`, true);
  }
}

async function refreshAlways() {
  await refresh();
  setTimeout(refreshAlways, 2000);
}

function tell(text, bad = false) {
  id("notice").textContent = text;
  id("notice").classList.toggle("bad", bad);
}

async function wish(name, body, done) {
  const answer = await fetch(`/organiser/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const said = await answer.json();
  tell(answer.ok ? done : `Не получилось: ${said.detail}`, !answer.ok);
  await refresh();
}

id("start").addEventListener("submit", (event) => {
  event.preventDefault();
  const ends_at = next(new Date().toISOString())?.starts_at; // sessions may not overlap
  wish("start", { title: event.target.title.value, ends_at }, "Занятие началось: время считается.");
});
id("stop").addEventListener("click", () => {
  const session = running(new Date().toISOString());
  if (session) wish("stop", { session_id: session.id }, "Занятие закончено: идёт перерыв.");
});
id("ask").addEventListener("click", () => wish("ask", { lifetime_s: 30 }, "Вопрос показан всем зрителям."));
id("say").addEventListener("submit", (event) => {
  event.preventDefault();
  wish("say", { text: event.target.text.value }, "Сообщение в чате.").then(() => event.target.reset());
});
refreshAlways();
