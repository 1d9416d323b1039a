// What a server would say of one quiz, and the words in which the tests change it.
import type { Quiz, QuizAttempt, QuizGiven, QuizRefused, QuizResult } from "../../shared/wire";

export const QUIZ = "quiz0001";
export const FIRST = "attempt1";

export function opened(change: Partial<Quiz> = {}): Quiz {
  return {
    type: "quiz",
    quiz: QUIZ,
    state: "open",
    title: "Итог",
    time_limit_s: null,
    attempts: 2,
    pass_percent: 70,
    show_results: "after_attempt",
    closes_at_ms: null,
    mine: null,
    ...change,
  };
}

export function begun(change: Partial<QuizAttempt> = {}): QuizAttempt {
  return {
    type: "quiz_attempt",
    quiz: QUIZ,
    attempt: FIRST,
    ordinal: 1,
    started_at_ms: 0,
    ends_at_ms: null,
    left_ms: null,
    questions: ["q1", "q2", "q3"],
    answers: [],
    ...change,
  };
}

export function shown(question: string) {
  const asked = { type: "quiz_question", quiz: QUIZ, attempt: FIRST, question } as const;
  return { ...asked, kind: "text", text: question, points: 1, choices: [] as string[] } as const;
}

export function saved(question: string, turn: number, answer: QuizGiven["answer"]) {
  return { type: "quiz_saved", quiz: QUIZ, attempt: FIRST, given: { question, turn, answer } } as const;
}

export function ended(change: Partial<QuizResult> = {}): QuizResult {
  return {
    type: "quiz_result",
    quiz: QUIZ,
    attempt: FIRST,
    ordinal: 1,
    ended_at_ms: 1,
    ended_by: "finished",
    score: null,
    ...change,
  };
}

export function refused(code: string, change: Partial<QuizRefused> = {}): QuizRefused {
  return {
    type: "quiz_refused",
    quiz: QUIZ,
    code,
    attempt: null,
    question: null,
    turn: null,
    retry_s: 0,
    ...change,
  };
}

export const SCORE = {
  hundredths: 100,
  max_points: 3,
  percent_hundredths: 3333,
  passed: false,
  pending_points: 0,
  marks: [],
};
