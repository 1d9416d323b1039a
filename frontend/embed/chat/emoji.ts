/** The signs that are offered; any other can be typed. Screen readers know their names. */
export const EMOJI = [..."👍👏🙏🤝💪👋🔥🎉😀🙂😊😂😉😍🤔😮😢😱", "❤️", ..."✅❌❓⭐💡🩺💊🫀🧠🩻📌"];
