/**
 * The chime of a presence check, played by the page itself.
 *
 * A browser lets it sound only after the viewer has touched the page; `ring` says whether it did.
 */
const NOTES = [
  { hertz: 659.25, at_s: 0 },
  { hertz: 880, at_s: 0.22 },
  { hertz: 659.25, at_s: 0.9 },
  { hertz: 880, at_s: 1.12 },
];
const NOTE_S = 0.6;
const UNLOCK_MS = 400;

export class Chime {
  #context: AudioContext | null = null;

  /** Call from the viewer's own gestures. */
  unlock(): void {
    this.#context ??= new AudioContext();
    void this.#context.resume();
  }

  async ring(): Promise<boolean> {
    this.#context ??= new AudioContext();
    const context = this.#context;
    await Promise.race([context.resume(), new Promise((resume) => setTimeout(resume, UNLOCK_MS))]);
    if (context.state !== "running") return false;
    for (const { hertz, at_s } of NOTES) note(context, hertz, context.currentTime + at_s);
    return true;
  }
}

function note(context: AudioContext, hertz: number, start_s: number): void {
  const tone = new OscillatorNode(context, { type: "sine", frequency: hertz });
  const loudness = new GainNode(context, { gain: 0 });
  loudness.gain.setValueAtTime(0, start_s);
  loudness.gain.linearRampToValueAtTime(0.35, start_s + 0.02);
  loudness.gain.exponentialRampToValueAtTime(0.001, start_s + NOTE_S);
  tone.connect(loudness).connect(context.destination);
  tone.start(start_s);
  tone.stop(start_s + NOTE_S);
}
