import { describe, expect, test } from "vitest";
import { FRESH_MS, LockClaims, openClaims, StampClaims } from "../../embed/evidence/claims";

describe("with the browser's locks", () => {
  test("a play is one page's until it leaves it", async () => {
    const [first, second] = [new LockClaims(navigator.locks), new LockClaims(navigator.locks)];
    expect(await first.take({ id: "play00000001" })).toBe(true);
    expect(await second.take({ id: "play00000001" })).toBe(false);
    expect(await second.take({ id: "play00000002" })).toBe(true);
    first.leave("play00000001");
    first.leave("play00000001");
    await new Promise((resume) => setTimeout(resume, 10));
    expect(await second.take({ id: "play00000001" })).toBe(true);
  });

  test("locks that refuse leave the play alone", async () => {
    const refusing = { request: () => Promise.reject(new DOMException("No.", "SecurityError")) };
    expect(await new LockClaims(refusing as never).take({ id: "play00000001" })).toBe(false);
  });
});

describe("without them", () => {
  const claims = openClaims(() => {
    throw new DOMException("No.", "SecurityError");
  });

  test.each([
    [0, false],
    [FRESH_MS - 5_000, false],
    [FRESH_MS + 5_000, true],
    [-FRESH_MS - 5_000, true],
  ])("a play touched %d ms ago: free is %s", async (ago_ms, free) => {
    expect(claims).toBeInstanceOf(StampClaims);
    expect(await claims.take({ id: "play00000001", touched_ms: Date.now() - ago_ms })).toBe(free);
  });
});
