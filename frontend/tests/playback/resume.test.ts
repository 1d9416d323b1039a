import { expect, test } from "vitest";
import { type Cupboard, Resume } from "../../embed/playback/resume";

function shelf(): Cupboard & { text: string | null } {
  return {
    text: null,
    getItem() {
      return this.text;
    },
    setItem(_, value) {
      this.text = value;
    },
  };
}

test("goes on where somebody was, each media by itself", () => {
  const kept = shelf();
  new Resume(kept, "a").note(100.7, 3600);
  new Resume(kept, "b").note(50, 3600);
  expect(new Resume(kept, "a").position_s).toBe(100);
  expect(new Resume(kept, "b").position_s).toBe(50);
  expect(new Resume(kept, "c").position_s).toBe(0);
});

test.each([5, 3590])("near an end (%d s) it begins anew", (position_s) => {
  const kept = shelf();
  const resume = new Resume(kept, "a");
  resume.note(100, 3600);
  resume.note(position_s, 3600);
  expect(resume.position_s).toBe(0);
});

test("keeps the latest places alone", () => {
  const kept = shelf();
  for (let number = 0; number < 80; number++) new Resume(kept, `m${number}`).note(100, 3600);
  expect(Object.keys(JSON.parse(kept.text ?? "{}"))).toHaveLength(50);
  expect(new Resume(kept, "m79").position_s).toBe(100);
});

test.each(["{", "null", "7", '{"a": {"position_s"'])("what is broken (%s) is no place", (text) => {
  const kept = { ...shelf(), text };
  expect(new Resume(kept, "a").position_s).toBe(0);
});

test("without storage it begins anew", () => {
  const refused: Cupboard = {
    getItem: () => null,
    setItem: () => {
      throw new DOMException("full");
    },
  };
  const resume = new Resume(refused, "a");
  resume.note(100, 3600);
  resume.note(100, 3600);
  expect(resume.position_s).toBe(0);
  expect(new Resume(null, "a").position_s).toBe(0);
});
