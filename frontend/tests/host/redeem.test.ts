import { afterEach, describe, expect, test, vi } from "vitest";
import { redeem } from "../../embed/host/redeem";

const CREDENTIAL = { kind: "user_id", user_id: "d-1" } as const;

function answers(...responses: Response[]): number[] {
  const asked_ms: number[] = [];
  vi.stubGlobal("fetch", async () => {
    asked_ms.push(Date.now());
    return responses.shift();
  });
  return asked_ms;
}

describe("redeeming", () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  test("waits as long as the server asks, and asks again when it stumbles", async () => {
    vi.useFakeTimers({ now: 0 });
    const asked_ms = answers(
      new Response("{}", { status: 429, headers: { "Retry-After": "7" } }),
      new Response("", { status: 503 }),
      new Response('{"grant":"grt_x"}', { status: 200 }),
    );
    let waits = 0;
    const redeemed = redeem("Abcd1234", CREDENTIAL, null, () => {
      waits += 1;
    });
    await vi.runAllTimersAsync();
    expect(await redeemed).toEqual({ ok: true, redeemed: { grant: "grt_x" } });
    expect(waits).toBe(2);
    expect(asked_ms[1]).toBeGreaterThanOrEqual(7_000);
    expect((asked_ms[2] ?? 0) - (asked_ms[1] ?? 0)).toBeGreaterThanOrEqual(300);
  });

  test("takes a refusal for what it is", async () => {
    answers(new Response('{"code":"access_denied"}', { status: 403 }));
    const refused = await redeem("Abcd1234", CREDENTIAL, null, () => expect.unreachable());
    expect(refused).toMatchObject({ ok: false, refusal: { code: "access_denied" } });
  });
});
