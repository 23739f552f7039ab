/** What the server sends: the payloads of the socket and of GET …/widget. */
export interface Identity {
  customer_id: string;
  /** 0 to 100; null while too little is known. */
  identity_strength: number | null;
  /** null where the lifecycle says more: onboarding, lapsed, left */
  band: 'fragile' | 'steady' | 'strong' | null;
  lifecycle?: 'onboarding' | 'active' | 'lapsed' | 'left' | null;
  /** Points gained or lost over `change_days`. */
  change: number | null;
  change_days: number;
}
export interface Reason {
  feature: string;
  text: string;
}
export interface Step extends Reason {
  /** Points it would be worth; 0 where no honest number exists. */
  points: number;
}
export interface SharedContext {
  id: string;
  context_type: string;
  note?: string | null;
  expires_at: string;
}
export interface Milestones {
  reached: { key: string; title: string; reached_on: string }[];
  next: { key: string; title: string; progress: number; remaining: string } | null;
}
export interface Preferences {
  celebrations: 'on' | 'quiet' | 'off';
  score_hidden: boolean;
}
/** Everything the widget shows of one customer, and how the line to Pulse is. */
export interface Model {
  /** live, offline, token, origin, or the code of why there is no token. */
  status?: string;
  customer?: { id: string; name: string };
  business?: { id: string; name: string };
  identity?: Identity;
  because?: Reason[];
  strengthen?: Step[];
  history?: { date: string; identity_strength: number }[];
  milestones?: Milestones;
  contexts?: SharedContext[];
  preferences?: Preferences;
  disputes?: Dispute[];
  /** What the widget shows of it, described. */
  view?: View;
  /** What the business set about its widget. */
  widget?: { bond: string; launcher: 'mark' | 'number'; answer_hours: number };
}
/** A text, or `[tag, attributes, ...children]`; without a tag a text with its key. */
export type Node = string | any[];
/** The first page as the server describes it. */
export interface View {
  /** The language of it all. */
  locale: string;
  words: Record<string, string>;
  /** The style of described nodes. */
  css: string;
  /** The launcher: its ring, what stands in it, what is said of it. */
  ring: Node;
  mark: string;
  spoken: Node;
  /** The number as it is shown; empty where there is none to show. */
  shown: string;
  above: Node[];
  below: Node[];
  /** When somebody answers, where that is promised. */
  answer: Node;
}
/** Another page. */
export interface Page {
  title: Node;
  nodes: Node[];
}
/** A fact the customer says is not right; an empty answer: it is being looked into. */
export interface Dispute {
  id: string;
  feature: string;
  fact: string;
  note: string;
  answer: string;
  corrected: boolean;
}
/** A share (context_type, with client_key) or a withdrawal (context_id), not yet confirmed. */
export interface Item {
  client_key?: string;
  context_type?: string;
  note?: string;
  context_id?: string;
}
export interface Outbox {
  flush(): void;
  list(): Item[];
  /** The client_key; empty when there is no room. */
  add(item: Item): string;
  remove(item: Item): void;
}
/** What the visitor has open: page, look-back card, erasure step … Forgotten with the customer. */
export interface Ui {
  /** The page's name and parameters, and what the server described. */
  page?: string;
  view?: Page | null;
  /** Which of a page's alternatives is shown: a card, a slider's place, a step. */
  at?: number;
  words?: string;
  status?: string;
  /** What was shared last; `again`: it had been shared already. */
  said?: { context_type: string; note?: string; again: boolean } | null;
  /** Tries again what just failed. */
  failed?: (() => any) | null;
  party?: { title: string; text: string; calm: boolean } | null;
}
export interface Line {
  request(method: string, path: string, body?: object): Promise<any>;
  refresh(): any;
  use(token: string): any;
  outbox(): Outbox;
  /** Connect now, or make sure that the connection lives. */
  wake(gently?: boolean): void;
  /** Hang up until woken: the page is put aside. */
  sleep(): void;
  owner(): string;
  end(): void;
}
declare global {
  const VERSION: string;
}
