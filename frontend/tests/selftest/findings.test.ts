// What the self-test says of what it saw: one sentence for each, and the worst of them for the whole.
import { expect, test } from "vitest";
import {
  type Findings,
  judgeCheck,
  judgeClock,
  judgeLine,
  judgePicture,
  judgeSite,
  judgeSound,
  judgeStorage,
  overall,
  SUBJECTS,
} from "../../embed/selftest/findings";
import en from "../../generated/en.json";

const LINE = { answers_ms: [40, 60, 50], failed: 0, rate_kbit: 9_000, socket: true };

test.each([
  [{ player: false, codecs: false, smooth: null }, "bad", "selftest.picture.none"],
  [{ player: true, codecs: false, smooth: null }, "bad", "selftest.picture.codecs"],
  [{ player: true, codecs: true, smooth: false }, "note", "selftest.picture.slow"],
  [{ player: true, codecs: true, smooth: null }, "good", "selftest.picture.good"],
] as const)("a picture %o is %s", (seen, grade, text) => {
  expect(judgePicture(seen)).toMatchObject({ grade, text });
});

test.each([
  [{}, "good", "selftest.line.good"],
  [{ answers_ms: [] }, "bad", "selftest.line.none"],
  [{ failed: 1 }, "bad", "selftest.line.breaks"],
  [{ rate_kbit: 500 }, "bad", "selftest.line.slow"],
  [{ rate_kbit: null }, "bad", "selftest.line.slow"],
  [{ rate_kbit: 1_500 }, "note", "selftest.line.tight"],
  [{ answers_ms: [1_000, 1_200, 900] }, "note", "selftest.line.tight"],
  [{ socket: false }, "note", "selftest.line.no_socket"],
] as const)("a line with %o is %s", (change, grade, text) => {
  expect(judgeLine({ ...LINE, ...change })).toMatchObject({ grade, text });
});

test("a line is told by its median answer and its rate in megabits", () => {
  expect(judgeLine(LINE).values).toEqual({ ms: 50, rate: 9 });
  expect(judgeLine({ ...LINE, rate_kbit: 1_260 }).values).toEqual({ ms: 50, rate: 1.3 });
  expect(judgeLine({ ...LINE, rate_kbit: 48_600 }).values).toEqual({ ms: 50, rate: 49 });
});

test("a clock that is off is told in minutes, and never a reason to worry", () => {
  expect(judgeClock(4_000).grade).toBe("good");
  expect(judgeClock(null).grade).toBe("note");
  expect(judgeClock(300_000)).toMatchObject({
    grade: "note",
    text: "selftest.clock.ahead",
    values: { count: 5 },
  });
  expect(judgeClock(-45_000)).toMatchObject({ text: "selftest.clock.behind", values: { count: 1 } });
});

test("a site is told by name what it forgot to allow, not what the browser does not have", () => {
  const framed = { framed: true, fullscreen: true, pip: null, autoplay: null };
  expect(judgeSite(framed).grade).toBe("good");
  expect(judgeSite({ ...framed, framed: false, fullscreen: false }).grade).toBe("good");
  expect(judgeSite({ framed: true, fullscreen: false, pip: false, autoplay: false })).toMatchObject({
    grade: "note",
    values: { missing: "autoplay; fullscreen; picture-in-picture" },
  });
});

const GOOD: Findings = {
  picture: judgePicture({ player: true, codecs: true, smooth: true }),
  sound: judgeSound(true),
  check: judgeCheck(2_400),
  line: judgeLine(LINE),
  clock: judgeClock(0),
  storage: judgeStorage(true),
  site: judgeSite({ framed: false, fullscreen: null, pip: null, autoplay: null }),
};

test("the whole is the worst of all, as soon as that is known", () => {
  expect(overall(GOOD)).toBe("good");
  expect(overall({ ...GOOD, check: judgeCheck(null) })).toBe("note");
  expect(overall({ sound: judgeSound(null) })).toBe("bad");
  const { check: _, ...waiting } = GOOD;
  expect(overall(waiting)).toBeNull();
});

test("every sentence that can be said is in the catalogues", () => {
  const said = [
    ...Object.values(GOOD),
    judgeSound(false),
    judgeSound(null),
    judgeStorage(false),
    judgeCheck(null),
  ];
  const keys = said.flatMap(({ text, advice }) => (advice ? [text, advice] : [text]));
  const named = SUBJECTS.map((subject) => `selftest.${subject}`);
  expect([...keys, ...named].filter((key) => !(key in en))).toEqual([]);
});
