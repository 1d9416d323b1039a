// Shows what our server was told by Rollcall, every two seconds, and passes the organiser's wishes on.
const id = (name) => document.getElementById(name);
const clock = (iso) => new Date(iso).toLocaleTimeString("ru", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
let sessions = [];

function minutes(ms) {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function cell(row, text, kind = "td") {
  const made = document.createElement(kind);
  made.textContent = text;
  row.append(made);
}

function running(now) {
  return sessions.find((s) => s.starts_at <= now && (s.ends_at === null || now < s.ends_at));
}

function next(now) {
  return sessions.filter((s) => s.starts_at > now).sort((a, b) => (a.starts_at < b.starts_at ? -1 : 1))[0];
}

function showNow({ media, statistics }) {
  const now = statistics.generated_at;
  sessions = statistics.sessions;
  id("signal").textContent = media.signal === "on" ? "есть" : "нет";
  id("viewers").textContent = media.viewers_now;
  id("generated").textContent = `на ${clock(now)}`;
  const [session, after] = [running(now), next(now)];
  id("session").textContent = session ? session.title : "Перерыв";
  if (session) id("session-note").textContent = session.ends_at ? `до ${clock(session.ends_at)}` : "без назначенного конца";
  else id("session-note").textContent = after ? `«${after.title}» в ${clock(after.starts_at)}` : "занятий больше не назначено";
  id("stop").disabled = !session;
  id("start").querySelector("button").disabled = Boolean(session);
  const check = statistics.checks.at(-1);
  id("check").textContent = check ? `✔ ${check.confirmed}  ✖ ${check.missed}` : "ещё не было";
  id("check-note").textContent = check ? `${check.origin === "plan" ? "по плану" : "вручную"}, ${clock(check.last_issued_at)}` : "";
}

function showTable({ statistics }) {
  const head = document.createElement("tr");
  cell(head, "Участник", "th");
  for (const session of sessions) cell(head, session.title, "th");
  cell(head, "Всего", "th");
  cell(head, "Контроль", "th");
  id("table").tHead.replaceChildren(head);
  const rows = statistics.participants.map((person) => {
    const row = document.createElement("tr");
    cell(row, person.name ?? person.user_id, "th");
    for (const session of sessions) {
      const own = person.sessions.find((s) => s.session_id === session.id);
      cell(row, minutes(own ? own.watched_ms : 0));
    }
    cell(row, minutes(person.watched_ms));
    const count = (outcome) => person.checks.filter((c) => c.outcome === outcome).length;
    cell(row, `✔ ${count("confirmed")}  ✖ ${count("missed")}`);
    return row;
  });
  id("table").tBodies[0].replaceChildren(...rows);
}

async function refresh() {
  try {
    const answer = await fetch("/organiser/state");
    const state = await answer.json();
    if (!answer.ok) throw new Error(state.detail);
    showNow(state);
    showTable(state);
  } catch (error) {
    tell(`Нет связи с сервером: ${error.message}`, true);
  }
  setTimeout(refresh, 2000);
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
refresh();
