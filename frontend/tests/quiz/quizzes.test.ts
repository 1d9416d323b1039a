import { describe, expect, test } from "vitest";
import {
  type Attempt,
  attemptsLeft,
  isUnresolved,
  isWaiting,
  lastResult,
  leftOf,
  lost,
  mayStart,
  mayTellMore,
  nextTurn,
  type Quizzed,
  type Quizzes,
  type Taking,
  unanswered,
  unsaved,
  withKept,
  withMessage,
  withPlace,
  withReply,
} from "../../embed/quiz/quizzes";
import { begun, ended, FIRST, opened, QUIZ, refused, SCORE, saved, shown } from "./messages";

function told(...messages: Quizzed[]): Quizzes {
  return messages.reduce<Quizzes>((known, message) => withMessage(known, message, 1_000), []);
}

function one(quizzes: Quizzes): Taking {
  const [taking] = quizzes;
  if (!taking) throw new Error("There is no quiz.");
  return taking;
}

function attemptOf(quizzes: Quizzes): Attempt {
  const { attempt } = one(quizzes);
  if (!attempt) throw new Error("There is no attempt.");
  return attempt;
}

describe("a quiz", () => {
  test("that opens waits to be begun, and one that is over does not", () => {
    const open = one(told(opened()));
    expect([isWaiting(open), mayStart(open), attemptsLeft(open), open.returned]).toEqual([
      true,
      true,
      2,
      false,
    ]);
    expect(isWaiting(one(told(opened(), opened({ state: "closed" }))))).toBe(false);
    const spent = one(told(opened({ mine: { used: 2, running: false } })));
    expect([isWaiting(spent), mayStart(spent), attemptsLeft(spent)]).toEqual([false, false, 0]);
  });

  test("keeps what is the participant's when the room is told of it again", () => {
    const quizzes = told(opened({ mine: { used: 1, running: true } }), opened({ title: "Новое имя" }));
    const { used, running, returned, told: quiz } = one(quizzes);
    expect({ used, running, returned, title: quiz.title }).toEqual({
      used: 1,
      running: true,
      returned: true,
      title: "Новое имя",
    });
  });

  test("has any number of attempts where none is named", () => {
    const any = one(told(opened({ attempts: null, mine: { used: 40, running: false } })));
    expect([attemptsLeft(any), mayStart(any)]).toEqual([null, true]);
  });

  test("that closes ends its attempt: the result is to be asked for", () => {
    const taking = one(told(opened(), begun(), opened({ state: "closed" })));
    expect([taking.running, isUnresolved(taking), mayStart(taking)]).toEqual([false, true, false]);
    const closed = one(told(opened(), begun(), opened({ state: "closed" }), ended({ ended_by: "closed" })));
    expect([isUnresolved(closed), lastResult(closed)?.ended_by]).toEqual([false, "closed"]);
  });

  test("that opens again lets the attempt go on where it was", () => {
    let quizzes = withPlace(told(opened(), begun(), shown("q1")), QUIZ, 2);
    for (const message of [opened({ state: "closed" }), ended({ ended_by: "closed" }), opened(), begun()]) {
      quizzes = withMessage(quizzes, message, 0);
    }
    expect([one(quizzes).running, one(quizzes).results, attemptOf(quizzes).at]).toEqual([true, [], 2]);
    expect(attemptOf(quizzes).shown.q1?.text).toBe("q1");
  });
});

describe("an attempt", () => {
  test("begins at its first question without an answer, with the time on the player's clock", () => {
    const answers = [{ question: "q1", turn: 3, answer: [0] }];
    const attempt = attemptOf(told(opened(), begun({ answers, left_ms: 60_000 })));
    expect([attempt.at, leftOf(attempt, 31_000), leftOf(attempt, 99_000)]).toEqual([1, 30_000, 0]);
    expect(unanswered(attempt)).toEqual([1, 2]);
  });

  test("an answer is here at once and saved when the server says so", () => {
    const given = withReply(told(opened(), begun()), QUIZ, "q1", { answer: [1], turn: 5 });
    expect(unsaved(attemptOf(given)).map(([question]) => question)).toEqual(["q1"]);
    const stored = withMessage(given, saved("q1", 5, [1]), 0);
    expect([unsaved(attemptOf(stored)), attemptOf(stored).replies.q1?.saved]).toEqual([[], true]);
  });

  test("of two answers the one of the later turn stays, wherever it was given", () => {
    const given = withReply(told(opened(), begun()), QUIZ, "q1", { answer: "позже", turn: 5 });
    const older = withMessage(given, saved("q1", 4, "раньше"), 0);
    expect(attemptOf(older).replies.q1).toMatchObject({ answer: "позже", saved: false });
    const newer = withMessage(given, saved("q1", 6, "в другой вкладке"), 0);
    expect(attemptOf(newer).replies.q1).toMatchObject({ answer: "в другой вкладке", saved: true });
  });

  test("answers given offline outlive a reconnect unless a later one is on disk", () => {
    const offline = withReply(
      withReply(told(opened(), begun()), QUIZ, "q1", { answer: [1], turn: 5 }),
      QUIZ,
      "q2",
      { answer: [2], turn: 5 },
    );
    const answers = [{ question: "q2", turn: 9, answer: [0] }];
    const { replies } = attemptOf(withMessage(offline, begun({ answers }), 0));
    expect(replies.q1).toMatchObject({ answer: [1], saved: false });
    expect(replies.q2).toMatchObject({ answer: [0], saved: true });
  });

  test("what an earlier page kept is taken over where it is later", () => {
    const quizzes = told(opened(), begun({ answers: [{ question: "q1", turn: 3, answer: "на диске" }] }));
    const kept = { q1: { answer: "старое", turn: 2 }, q2: { answer: "новое", turn: 1 } };
    expect(unsaved(attemptOf(withKept(quizzes, QUIZ, kept))).map(([, reply]) => reply.answer)).toEqual([
      "новое",
    ]);
  });

  test("turns rise, and follow the server's clock so that the later of two tabs wins", () => {
    const quizzes = withReply(told(opened(), begun({ started_at_ms: 1_000 })), QUIZ, "q1", {
      answer: [],
      turn: 700,
    });
    const attempt = attemptOf(quizzes);
    expect([
      nextTurn(attempt, "q1", 2_000),
      nextTurn(attempt, "q2", 2_000),
      nextTurn(attempt, "q2", 0),
    ]).toEqual([701, 10, 1]);
    expect(nextTurn(attempt, "q2", 1e15)).toBe(2 ** 31 - 1);
  });

  test("an answer that takes itself back leaves its question open", () => {
    const quizzes = told(opened(), begun(), saved("q1", 1, [1]), saved("q1", 2, []), saved("q2", 1, "  "));
    expect(unanswered(attemptOf(quizzes))).toEqual([0, 1, 2]);
  });

  test("a refused answer is not sent again, and says why", () => {
    const given = withReply(told(opened(), begun()), QUIZ, "q1", { answer: [9], turn: 1 });
    const known = withMessage(given, refused("wrong_answer", { attempt: FIRST, question: "q1", turn: 1 }), 0);
    expect([unsaved(attemptOf(known)), attemptOf(known).replies.q1?.refused]).toEqual([[], "wrong_answer"]);
    const late = withMessage(given, refused("wrong_answer", { attempt: FIRST, question: "q1", turn: 0 }), 0);
    expect(unsaved(attemptOf(late))).toHaveLength(1);
  });

  test("to be asked to wait changes nothing", () => {
    const given = withReply(told(opened(), begun()), QUIZ, "q1", { answer: [0], turn: 1 });
    const wait = refused("too_many_requests", { attempt: FIRST, question: "q1", turn: 1, retry_s: 1 });
    expect(withMessage(given, wait, 0)).toEqual(given);
  });

  test("that is over elsewhere is found out by whatever is refused", () => {
    const known = told(opened(), begun(), refused("attempt_over", { attempt: FIRST, question: "q1" }));
    expect(isUnresolved(one(known))).toBe(true);
  });

  test("answers that came too late are counted for the result", () => {
    const given = withReply(told(opened(), begun(), saved("q2", 1, "а")), QUIZ, "q1", {
      answer: [0],
      turn: 1,
    });
    const taking = one(withMessage(given, ended({ ended_by: "time" }), 0));
    expect([taking.running, lost(attemptOf([taking]))]).toEqual([false, 1]);
  });

  test("another one begins with nothing of the last", () => {
    const next = told(
      opened(),
      begun(),
      saved("q1", 1, "а"),
      ended(),
      begun({ attempt: "attempt2", ordinal: 2 }),
    );
    expect([one(next).used, attemptOf(next).replies, lastResult(one(next))]).toEqual([2, {}, null]);
    expect(attemptsLeft(one(next))).toBe(0);
  });

  test("messages about another quiz or another attempt change nothing", () => {
    const quizzes = told(opened(), begun());
    const others = [
      { ...saved("q1", 1, [0]), attempt: "other" },
      { ...shown("q1"), attempt: "other" },
      { ...begun(), quiz: "other" },
      refused("attempt_over", { attempt: "other" }),
    ];
    for (const message of others) expect(withMessage(quizzes, message, 0)).toEqual(quizzes);
  });
});

describe("a result", () => {
  test.each([
    ["a score that is whole", "after_attempt", "open", SCORE, false],
    ["points that a person has to give", "after_attempt", "open", { ...SCORE, pending_points: 2 }, true],
    ["none before the quiz closes", "after_close", "open", null, false],
    ["none that may be shown by now", "after_close", "closed", null, true],
    ["none, ever", "never", "closed", null, false],
  ] as const)("%s", (_, show_results, state, score, more) => {
    expect(mayTellMore(one(told(opened({ show_results, state }), ended({ score }))))).toBe(more);
  });

  test("of an earlier attempt does not end the one that runs", () => {
    const taking = one(told(opened(), ended(), begun({ attempt: "attempt2", ordinal: 2 }), ended()));
    expect([taking.running, lastResult(taking)]).toEqual([true, null]);
  });
});
