// What the player tells the page around it. A hidden tab cannot ring loudly enough, so its title blinks.
const sentences = {
  loaded: "Плеер готов.",
  play: "Вы смотрите трансляцию.",
  pause: "Просмотр на паузе.",
  check_shown: "Подтвердите присутствие в окне плеера.",
  check_confirmed: "Присутствие подтверждено.",
  check_missed: "Контроль присутствия пропущен.",
  access_denied: "Доступ к трансляции закрыт.",
};
const told = document.getElementById("told");
const title = document.title;
let blinking = 0;

function blink(on) {
  clearInterval(blinking);
  document.title = title;
  if (!on) return;
  blinking = setInterval(() => {
    document.title = document.title === title ? "❗ Подтвердите присутствие" : title;
  }, 1000);
}

addEventListener("message", (event) => {
  if (event.origin !== document.body.dataset.playerOrigin || event.data?.source !== "rollcall") return;
  const { type, hidden } = event.data;
  if (type in sentences) told.textContent = sentences[type];
  if (type === "check_shown") blink(hidden);
  if (type === "check_confirmed" || type === "check_missed") blink(false);
});
