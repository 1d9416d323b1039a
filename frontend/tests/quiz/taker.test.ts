import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Keep } from "../../embed/host/keep";
import { KeptAnswers } from "../../embed/quiz/kept";
import { LONGEST_MS, PAUSE_MS, QuizTaker, SPREAD_MS } from "../../embed/quiz/taker";
import { FIRST_VIEW, type View } from "../../embed/view";
import { Store } from "../../shared/store";
import type { ViewerIn } from "../../shared/wire";
import { begun, ended, FIRST, opened, QUIZ, refused, SCORE, saved, shown } from "./messages";

function keepIn(values: Map<string, string>): Keep {
  return {
    lasting: true,
    read: (name) => values.get(name) ?? null,
    write: (name, value) => void values.set(name, value),
    remove: (name) => void values.delete(name),
  };
}

/** A taker, what it said since it was last asked, and the view. */
function taker(values = new Map<string, string>(), load: () => Promise<unknown> = async () => null) {
  const view = new Store<View>(FIRST_VIEW);
  const sent: ViewerIn[] = [];
  const send = (message: ViewerIn) => {
    sent.push(message);
    return true;
  };
  const made = new QuizTaker(view, send, new KeptAnswers(keepIn(values)), load, () => 0.5);
  made.opened();
  const said = () => sent.splice(0).map((message) => ({ ...message }));
  const words = () =>
    said().map((message) => ("question" in message ? `${message.type} ${message.question}` : message.type));
  const replies = () => view.value.quizzes[0]?.attempt?.replies ?? {};
  return { made, view, said, words, replies };
}

function running(values = new Map<string, string>()) {
  const all = taker(values);
  all.made.heard(opened());
  all.made.heard(begun());
  all.words();
  return all;
}

const pass = (ms: number, made: QuizTaker) => {
  vi.advanceTimersByTime(ms);
  made.pulse();
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance", "Date"], now: 0 });
});

describe("taking a quiz", () => {
  test("begins when the participant wants it, the next attempt after the last", () => {
    const { made, said, view } = taker();
    made.heard(opened({ mine: { used: 1, running: false } }));
    expect(said()).toEqual([]);
    made.start(QUIZ);
    expect(said()).toEqual([{ type: "quiz_start", quiz: QUIZ, ordinal: 2 }]);
    expect(view.value.quizzes[0]?.busy).toBe(true);
    made.heard(refused("no_attempts_left"));
    expect(view.value.quizzes[0]).toMatchObject({ busy: false, refused: "no_attempts_left" });
    made.pulse();
    expect(said()).toEqual([]);
  });

  test("fetches what draws it once there is one, and again when that failed", async () => {
    const load = vi.fn().mockRejectedValueOnce(new Error("offline")).mockResolvedValue(null);
    const { made, view } = taker(new Map(), load);
    expect(load).not.toHaveBeenCalled();
    made.heard(opened());
    await vi.waitFor(() => expect(view.value.quizPart).toBe("failed"));
    made.lost();
    made.opened();
    await vi.waitFor(() => expect(view.value.quizPart).toBe("here"));
  });

  test("an attempt that ran before a reload is gone on with", () => {
    const { made, said } = taker();
    made.heard(opened({ mine: { used: 1, running: true } }));
    expect(said()).toEqual([{ type: "quiz_start", quiz: QUIZ, ordinal: 1 }]);
    made.heard(begun());
    made.pulse();
    expect(said()).toEqual([]);
  });

  test("asks for the question on display and the one after it, when somebody looks", () => {
    const { made, words } = running();
    expect(words()).toEqual([]);
    made.follow(true);
    expect(words()).toEqual(["ask_quiz_question q1", "ask_quiz_question q2"]);
    made.heard(shown("q1"));
    made.heard(shown("q2"));
    made.show(QUIZ, 1);
    expect(words()).toEqual(["ask_quiz_question q3"]);
    made.heard(refused("no_such_question", { attempt: FIRST, question: "q3" }));
    made.pulse();
    expect(words()).toEqual([]);
  });

  test("a choice is saved at once, and one that is changed meanwhile after the answer", () => {
    const { made, said, replies } = running();
    made.answer(QUIZ, "q1", [0]);
    made.answer(QUIZ, "q1", [1]);
    const [first, ...others] = said();
    expect([first, others]).toEqual([
      { type: "quiz_answer", quiz: QUIZ, attempt: FIRST, question: "q1", turn: 1, answer: [0] },
      [],
    ]);
    made.heard(saved("q1", 1, [0]));
    expect(said()).toMatchObject([{ turn: 2, answer: [1] }]);
    made.heard(saved("q1", 2, [1]));
    expect(replies().q1).toMatchObject({ answer: [1], saved: true });
    expect(said()).toEqual([]);
  });

  test("writing is saved after a pause, at the latest after a while, and at once when it is left", () => {
    const { made, said } = running();
    made.answer(QUIZ, "q1", "а", true);
    pass(PAUSE_MS - 1, made);
    expect(said()).toEqual([]);
    made.answer(QUIZ, "q1", "аб", true);
    pass(PAUSE_MS, made);
    expect(said()).toMatchObject([{ answer: "аб" }]);
    made.heard(saved("q1", 7, "аб"));
    for (let ms = 0; ms < LONGEST_MS; ms += 500) {
      made.answer(QUIZ, "q2", `${ms}`, true);
      pass(500, made);
    }
    expect(said()).toHaveLength(1);
    made.answer(QUIZ, "q3", "я", true);
    made.flush();
    expect(said()).toMatchObject([{ question: "q3", answer: "я" }]);
  });

  test("half a character and a zero are no text that can be sent", () => {
    const { made, said } = running();
    made.answer(QUIZ, "q1", "а\0б\ud83d");
    expect(said()).toMatchObject([{ answer: "аб\ufffd" }]);
  });

  test("finishes once every answer is on disk", () => {
    const { made, words } = running();
    made.answer(QUIZ, "q1", "а", true);
    made.finish(QUIZ);
    expect(words()).toEqual(["quiz_answer q1"]);
    made.heard(saved("q1", 1, "а"));
    expect(words()).toEqual(["quiz_finish"]);
    made.heard(ended());
    made.pulse();
    expect(words()).toEqual([]);
  });

  test("asks nothing of a flood: when told to wait it waits, and says it again", () => {
    const { made, words, replies } = running();
    made.answer(QUIZ, "q1", [0]);
    expect(words()).toEqual(["quiz_answer q1"]);
    made.heard(refused("too_many_requests", { attempt: FIRST, question: "q1", turn: 1, retry_s: 2 }));
    made.answer(QUIZ, "q2", [0]);
    pass(1_900, made);
    expect([words(), replies().q1?.refused]).toEqual([[], null]);
    pass(100, made);
    expect(words()).toEqual(["quiz_answer q1", "quiz_answer q2"]);
  });

  test("at most so much is under way at a time", () => {
    const { made, words } = taker();
    const questions = Array.from({ length: 30 }, (_, at) => `q${at}`);
    made.heard(opened());
    made.heard(begun({ questions }));
    made.lost();
    for (const question of questions) made.answer(QUIZ, question, [0]);
    made.opened();
    const first = words();
    expect(first.length).toBeLessThan(10);
    const left = new Set(questions);
    for (let said = first; said.length > 0; said = words()) {
      for (const each of said) {
        const question = each.replace("quiz_answer ", "");
        if (left.delete(question)) made.heard(saved(question, 1, [0]));
        else made.heard(begun({ questions }));
      }
    }
    expect(left.size).toBe(0);
  });
});

describe("a line that breaks", () => {
  test("keeps answers and brings them when it is back, before it asks how the attempt stands", () => {
    const { made, words, said, replies } = running();
    made.lost();
    made.answer(QUIZ, "q1", [1]);
    made.answer(QUIZ, "q1", [2]);
    expect([words(), replies().q1?.saved]).toEqual([[], false]);
    made.opened();
    expect(said()).toMatchObject([
      { type: "quiz_answer", question: "q1", answer: [2] },
      { type: "quiz_start", ordinal: 1 },
    ]);
  });

  test("what was under way is said again, in the same words", () => {
    const { made, said } = running();
    made.answer(QUIZ, "q1", [1]);
    const before = said();
    made.lost();
    made.opened();
    expect(said()).toEqual([...before, { type: "quiz_start", quiz: QUIZ, ordinal: 1 }]);
  });

  test("an attempt that ended meanwhile tells its result", () => {
    const { made, said, view } = running();
    made.lost();
    made.opened();
    made.heard(opened({ mine: { used: 1, running: false } }));
    expect(said()).toEqual([{ type: "quiz_start", quiz: QUIZ, ordinal: 1 }]);
    made.heard(ended({ ended_by: "time" }));
    made.pulse();
    expect([said(), view.value.quizzes[0]?.results.length]).toEqual([[], 1]);
  });

  test("a page that is reloaded goes on with what was not saved, and forgets it when it is", () => {
    const values = new Map<string, string>();
    const before = running(values);
    before.made.lost();
    before.made.answer(QUIZ, "q1", "начал писать", true);
    const { made, said, replies } = taker(values);
    made.heard(opened({ mine: { used: 1, running: true } }));
    said();
    made.heard(begun());
    expect(replies().q1).toMatchObject({ answer: "начал писать", saved: false });
    expect(said()).toMatchObject([{ type: "quiz_answer", question: "q1", answer: "начал писать", turn: 1 }]);
    expect(values.size).toBe(1);
    made.heard(saved("q1", 1, "начал писать"));
    expect(values.size).toBe(0);
  });

  test("nothing of an attempt that is over is kept", () => {
    const values = new Map<string, string>();
    const { made } = running(values);
    made.lost();
    made.answer(QUIZ, "q1", [0]);
    expect(values.size).toBe(1);
    made.heard(ended({ ended_by: "closed" }));
    expect(values.size).toBe(0);
  });

  test("a full storage keeps nobody from answering", () => {
    const full: Keep = {
      ...keepIn(new Map()),
      write: () => {
        throw new Error("QuotaExceededError");
      },
    };
    const view = new Store<View>(FIRST_VIEW);
    const made = new QuizTaker(
      view,
      () => true,
      new KeptAnswers(full),
      async () => null,
    );
    made.opened();
    made.heard(opened());
    made.heard(begun());
    made.answer(QUIZ, "q1", [0]);
    expect(view.value.quizzes[0]?.attempt?.replies.q1?.answer).toEqual([0]);
  });
});

describe("the end", () => {
  test("by time: what is being written goes before it, then the result is asked for", () => {
    const { made, words } = taker();
    made.heard(opened({ time_limit_s: 60 }));
    made.heard(begun({ left_ms: 60_000 }));
    pass(58_500, made);
    made.answer(QUIZ, "q1", "почти", true);
    expect(words()).toEqual(["quiz_answer q1"]);
    made.heard(saved("q1", 585, "почти"));
    pass(1_600, made);
    expect(words()).toEqual([]);
    pass(300, made);
    expect(words()).toEqual(["quiz_start"]);
    const answers = [{ question: "q1", turn: 585, answer: "почти" }];
    made.heard(begun({ left_ms: 200, answers })); // the server's clock is a little behind
    pass(400, made);
    expect(words()).toEqual([]);
    pass(200, made);
    expect(words()).toEqual(["quiz_start"]);
  });

  test("by closing: answers at once, the result not from everybody at the same moment", () => {
    const { made, words } = running();
    made.answer(QUIZ, "q1", "пишу", true);
    made.heard(opened({ state: "closed" }));
    expect(words()).toEqual(["quiz_answer q1"]);
    pass(SPREAD_MS / 2 - 1, made);
    expect(words()).toEqual([]);
    pass(1, made);
    expect(words()).toEqual(["quiz_start"]);
    made.heard(ended({ ended_by: "closed" }));
    made.heard(opened()); // it opens again: the attempt may go on
    expect(words()).toEqual(["quiz_start"]);
  });

  test("what the result could not say is asked again when somebody looks, and what is whole is not", () => {
    const { made, words } = running();
    made.heard(ended({ score: { ...SCORE, pending_points: 5 } }));
    expect(words()).toEqual([]);
    made.follow(true);
    expect(words()).toEqual(["quiz_start"]);
    made.heard(ended({ score: SCORE }));
    made.follow(false);
    made.follow(true);
    expect(words()).toEqual([]);
  });

  test("the result of an attempt before a reload is asked for when somebody looks", () => {
    const { made, words } = taker();
    made.heard(opened({ state: "closed", mine: { used: 1, running: false } }));
    expect(words()).toEqual([]);
    made.follow(true);
    expect(words()).toEqual(["quiz_start"]);
    made.heard(refused("quiz_not_open")); // it was removed
    made.pulse();
    expect(words()).toEqual([]);
  });
});
