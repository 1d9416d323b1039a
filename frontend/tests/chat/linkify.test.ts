import { describe, expect, test } from "vitest";
import { pieces } from "../../embed/chat/linkify";

describe("links", () => {
  test("addresses become links, the rest stays text", () => {
    expect(pieces("см. https://example.org/a?b=1, и (http://example.org/x).")).toEqual([
      { text: "см. ", href: null },
      { text: "https://example.org/a?b=1", href: "https://example.org/a?b=1" },
      { text: ", и (", href: null },
      { text: "http://example.org/x", href: "http://example.org/x" },
      { text: ").", href: null },
    ]);
  });

  test.each([
    "javascript:alert(1)",
    "data:text/html,x",
    "<img src=x onerror=alert(1)>",
    "ftp://a.b/c",
    "http://",
  ])("%s is no link", (text) => expect(pieces(text)).toEqual([{ text, href: null }]));
});
