/** A WebSocket whose other end is the test. */
import type { Wire } from "../../embed/connection/socket";

export class FakeWire implements Wire {
  sent: string[] = [];
  closed = false;
  onopen: Wire["onopen"] = null;
  onmessage: Wire["onmessage"] = null;
  onclose: Wire["onclose"] = null;

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.closed = true;
  }

  open(): void {
    this.onopen?.call(this as never, {} as Event);
  }

  hear(message: object): void {
    this.onmessage?.call(this as never, { data: JSON.stringify(message) } as MessageEvent);
  }

  break(code = 1006): void {
    this.onclose?.call(this as never, { code } as CloseEvent);
  }
}
