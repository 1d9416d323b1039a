import { describe, expect, test } from "vitest";
import { meant, named, parts, stillNamed, typedName } from "../../embed/chat/mention";

const ANNA = { number: 1, label: "Анна Иванова" };
const ANN = { number: 2, label: "Анна" };
const OLEG = { number: 3, label: "Олег Петров" };

describe("typing a name", () => {
  test.each([
    ["@", 1, { from: 0, text: "" }],
    ["Спасибо, @анн", 13, { from: 9, text: "анн" }],
    ["@Анна Ив", 8, { from: 0, text: "Анна Ив" }],
    ["a@b.ru", 6, null],
    ["@Анна Иванова спасибо за ответ", 30, null],
    ["нет", 3, null],
    ["@ан\nи", 5, null],
  ])("%j at %i", (text, caret, typed) => expect(typedName(text, caret)).toEqual(typed));

  test("whoever has a word that begins so may be meant", () => {
    expect(meant([ANNA, OLEG], "пет")).toEqual([OLEG]);
    expect(meant([ANNA, OLEG], "АННА И")).toEqual([ANNA]);
    expect(meant([ANNA, OLEG], "")).toEqual([ANNA, OLEG]);
    expect(meant([ANNA], "нна")).toEqual([]);
  });

  test("the name takes the place of what was typed", () => {
    expect(named("Да, @ол спасибо", { from: 4, text: "ол" }, OLEG.label)).toEqual({
      text: "Да, @Олег Петров спасибо",
      caret: 17,
    });
  });

  test("whoever is not in the text any more is not meant", () => {
    expect(stillNamed("@Олег Петров, да", [ANNA, OLEG])).toEqual([OLEG]);
  });
});

describe("names in a text", () => {
  test("are found, the longer of two that fit", () => {
    expect(parts("Да, @Анна Иванова и @Анна, a@b", [ANN, ANNA])).toEqual([
      { text: "Да, ", person: null },
      { text: "@Анна Иванова", person: ANNA },
      { text: " и ", person: null },
      { text: "@Анна", person: ANN },
      { text: ", a@b", person: null },
    ]);
  });

  test("of nobody leave the text as it is", () => {
    expect(parts("@кто-то", [])).toEqual([{ text: "@кто-то", person: null }]);
    expect(parts("", [ANN])).toEqual([]);
  });
});
