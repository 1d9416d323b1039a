/** Times and durations as people read them. Zones: the viewer's own, with the media's beside where they differ. */
import { language, t } from "./i18n";

function clock(at_ms: number, seconds: boolean, zone?: string): string {
  return new Intl.DateTimeFormat(language(), {
    hour: "2-digit",
    minute: "2-digit",
    ...(seconds ? { second: "2-digit" } : {}),
    hour12: false,
    ...(zone ? { timeZone: zone } : {}),
  }).format(at_ms);
}

export function timeOfDay(at_ms: number): string {
  return clock(at_ms, true);
}

/** "14:00", or "16:00 (14:00 Москва)" for a viewer in another zone than the media. */
export function timeWithZone(at_ms: number, zone: string): string {
  return besideZone([at_ms], zone);
}

/** "14:00–15:30", with the media's own zone beside it like `timeWithZone`. */
export function rangeWithZone(from_ms: number, to_ms: number, zone: string): string {
  return besideZone([from_ms, to_ms], zone);
}

function besideZone(times_ms: readonly number[], zone: string): string {
  const own = times_ms.map((at_ms) => clock(at_ms, false)).join("–");
  try {
    const there = times_ms.map((at_ms) => clock(at_ms, false, zone)).join("–");
    return own === there ? own : `${own} (${there} ${zoneName(zone)})`;
  } catch {
    return own;
  }
}

export function dateOf(at_ms: number): string {
  return new Intl.DateTimeFormat(language(), { day: "numeric", month: "long", weekday: "long" }).format(
    at_ms,
  );
}

function zoneName(zone: string): string {
  return zone === "Europe/Moscow" ? t("zone.moscow") : (zone.split("/").at(-1) ?? zone).replaceAll("_", " ");
}

/** Proven time: floored, as in every report; the first minutes with seconds, so that one sees them grow. */
export function minutes(duration_ms: number): string {
  const total = Math.floor(duration_ms / 60_000);
  const seconds = Math.floor(duration_ms / 1_000) % 60;
  if (total === 0) return t("duration.brief", { seconds });
  if (total < 10) return t("duration.seconds", { minutes: total, seconds });
  const hours = Math.floor(total / 60);
  if (hours === 0) return t("duration.minutes", { minutes: total });
  return t("duration.hours", { hours, minutes: total % 60 });
}

/** A countdown: "1:02:03" or "02:03". */
export function countdown(left_ms: number): string {
  return byClock(Math.max(0, Math.ceil(left_ms / 1000)));
}

/** A place in a recording, alike. */
export function place(position_s: number): string {
  return byClock(Math.floor(position_s));
}

function byClock(total_s: number): string {
  const parts = [Math.floor(total_s / 60) % 60, total_s % 60].map((part) => String(part).padStart(2, "0"));
  const hours = Math.floor(total_s / 3600);
  return hours > 0 ? `${hours}:${parts.join(":")}` : parts.join(":");
}

/** A number as people of this language write it. */
export function decimal(value: number): string {
  return value.toLocaleString(language());
}
