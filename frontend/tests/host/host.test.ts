import { describe, expect, test } from "vitest";
import { nameOf, preferredLanguage, readLaunch, tokenId, withoutUserId } from "../../embed/host/address";
import { actionOf, inBoomstream } from "../../embed/host/boomstream";
import { grantName, openKeep } from "../../embed/host/keep";
import { allowedParent, readWish, type ToParent } from "../../embed/host/parent";
import { refusalForClose } from "../../embed/host/redeem";
import { askToTakeOver, takesOver } from "../../embed/host/takeover";
import { Close } from "../../shared/wire";

const address = (pathname: string, search = "", hash = "") => ({ pathname, search, hash });
const payload = (value: object) => btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_");

describe("the address", () => {
  test("a signed launch", () => {
    expect(readLaunch(address("/embed/Abcd1234", "", "#token=a.b.c&lang=en"))).toEqual({
      media: "Abcd1234",
      credential: { kind: "token", token: "a.b.c" },
      language: "en",
      dialect: "rollcall",
    });
  });

  test("a plain launch loses its User ID and nothing else", () => {
    const plain = address("/embed/Abcd1234", "?user_id=%D0%98%D0%B2%2B1&lang=ru", "#x");
    expect(readLaunch(plain).credential).toEqual({ kind: "user_id", user_id: "Ив+1" });
    expect(withoutUserId(plain)).toBe("/embed/Abcd1234?lang=ru#x");
  });

  test("a token wins over an ID, and nothing is nothing", () => {
    expect(readLaunch(address("/embed/A", "?user_id=1", "#token=t")).credential?.kind).toBe("token");
    expect(readLaunch(address("/embed/A", "", "#lang=de"))).toEqual({
      media: "A",
      credential: null,
      language: null,
      dialect: "rollcall",
    });
  });

  test("the token's own name, or none for rubbish", () => {
    expect(tokenId(`h.${payload({ jti: "jti-~~~???" })}.s`)).toBe("jti-~~~???");
    expect(["", "a", "a.%%%.c", `a.${payload({ jti: 5 })}.c`].map(tokenId)).toEqual(["", "", "", ""]);
  });

  test("Russian unless the browser asks for another", () => {
    expect([[], ["ru-RU"], ["kk"], ["en-US", "ru"], ["de"]].map(preferredLanguage)).toEqual([
      "ru",
      "ru",
      "ru",
      "en",
      "en",
    ]);
  });
});

describe("grants", () => {
  test("are kept apart by media and token, and hide the User ID", () => {
    const token = `h.${payload({ jti: "one" })}.s`;
    expect(grantName("Abcd1234", { kind: "token", token })).toBe("rollcall.grant.Abcd1234.t.one");
    const plain = grantName("Abcd1234", { kind: "user_id", user_id: "doctor@example.org" });
    expect(plain).toBe(`rollcall.grant.Abcd1234.u.${nameOf("doctor@example.org")}`);
    expect(plain).not.toContain("doctor");
  });

  test("live in the history entry where storage throws", () => {
    const entry = {
      state: null as unknown,
      replaceState: (state: unknown) => Object.assign(entry, { state }),
    };
    const refused = () => {
      throw new DOMException("denied", "SecurityError");
    };
    openKeep(refused, entry).write("a", "g");
    openKeep(refused, entry).write("b", "h");
    openKeep(refused, entry).write("c", "gone");
    openKeep(refused, entry).remove("c");
    const reloaded = openKeep(refused, entry);
    expect([reloaded.lasting, reloaded.read("a"), reloaded.read("b"), reloaded.read("c")]).toEqual([
      false,
      "g",
      "h",
      null,
    ]);
  });
});

test.each([
  [Close.NO_ACCESS, true, "access_withdrawn"],
  [Close.NO_ACCESS, false, "access_denied"],
  [Close.WRONG_ORIGIN, false, "wrong_origin"],
  [Close.MALFORMED, true, "outdated"],
])("close %d (watching: %s) is refused as %s", (code, watching, expected) => {
  expect(refusalForClose(code, watching).code).toBe(expected);
});

describe("the parent", () => {
  test.each([
    ["https://site.example", ["https://site.example"], "https://site.example"],
    ["https://evil.example", ["https://site.example"], null],
    ["https://site.example.evil.example", ["https://site.example"], null],
    ["https://own.example", [], "https://own.example"],
    [null, ["https://site.example"], null],
  ])("%s among %j is addressed as %s", (parent, allowed, expected) => {
    expect(allowedParent(parent, allowed, "https://own.example")).toBe(expected);
  });

  test("in the other dialect events and actions have the known names, and other media are not obeyed", () => {
    const place = { position_ms: 1500, duration_ms: 60_000 };
    const told = (message: ToParent) => inBoomstream(message, "CODE1234");
    for (const type of ["play", "pause", "stop", "time"] as const) {
      expect(told({ type, ...place })).toEqual({ method: type, code: "CODE1234", time: 1.5, duration: 60 });
    }
    const code = "CODE1234";
    expect(told({ type: "loaded" })).toEqual({ method: "loaded", code, time: 0, duration: 0 });
    expect(told({ type: "seek", ...place })).toEqual({ method: "progress", code, event: "change" });
    expect([true, false].map((on) => told({ type: "full_screen", on }))).toEqual([
      { method: "fullScreen", code, event: "requestFullscreen" },
      { method: "fullScreen", code, event: "exitFullscreen" },
    ]);
    expect([true, false].map((focused) => told({ type: "focus", focused }))).toEqual([
      { method: "event", code, event: "window.onfocus" },
      { method: "event", code, event: "window.onblur" },
    ]);
    expect(told({ type: "check_missed", check: "c" })).toBeNull();
    const action = (action: unknown, data?: unknown, code = "CODE1234") =>
      actionOf({ code, method: "action", action, data }, "CODE1234");
    expect([action("play"), action("volume", 25), action("volume", "50"), action("seek", "10")]).toEqual([
      { type: "play" },
      { type: "volume", volume: 0.25 },
      { type: "volume", volume: 0.5 },
      { type: "seek", position_s: 10 },
    ]);
    const rubbish = [
      action("seek"),
      action("seek", -1),
      action("seek", "Infinity"),
      action("seek", ""),
      action("next"),
      action("volume"),
      action("volume", null),
      action("volume", 101),
      action("play", null, "OTHER123"),
      actionOf(null, "CODE1234"),
      actionOf({ method: "play" }, "CODE1234"),
    ];
    expect(rubbish).toEqual(rubbish.map(() => null));
  });

  test("only known wishes are obeyed", () => {
    expect(readWish({ type: "mute" })).toEqual({ type: "mute" });
    expect(readWish({ type: "volume", volume: 0.5 })).toEqual({ type: "volume", volume: 0.5 });
    const rubbish = [null, "play", { type: "seek" }, { type: "volume" }, { type: "volume", volume: 7 }];
    expect(rubbish.map(readWish)).toEqual(rubbish.map(() => null));
  });
});

describe("watching here instead", () => {
  const entry = () => ({
    state: null as unknown,
    replaceState(state: unknown) {
      this.state = state;
    },
  });
  const refused = () => {
    throw new DOMException("", "SecurityError");
  };

  test("the next load takes over, the one after it does not", () => {
    const tab = openKeep(refused, entry());
    expect(takesOver(tab)).toBe(false);
    askToTakeOver(tab);
    expect([takesOver(tab), takesOver(tab)]).toEqual([true, false]);
  });

  test("a close that says nothing more means another player", () => {
    expect(refusalForClose(Close.ELSEWHERE, true).code).toBe("watching_elsewhere");
    expect(refusalForClose(Close.ELSEWHERE, false).code).toBe("watching_elsewhere");
  });
});
