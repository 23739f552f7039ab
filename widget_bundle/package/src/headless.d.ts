import type { PulseContext } from './pulse-widget.js';

export interface HeadlessOptions {
  apiUrl: string;
  token?: string;
  getToken?: () => string | Promise<string>;
  /** BCP 47 tag, or 'auto'. */
  locale?: string;
}

export interface HeadlessState {
  status: 'connecting' | 'live' | 'offline' | 'token' | 'origin' | 'closed' | (string & {});
  business?: { id: string; name: string };
  customer?: { id: string; name: string };
  identity?: {
    identity_strength: number | null;
    band: 'fragile' | 'steady' | 'strong';
    change: number;
    change_days: number;
  };
  because?: { feature: string; text: string }[];
  strengthen?: { feature: string; text: string; points: number }[];
  history?: { date: string; identity_strength: number }[];
  milestones?: {
    reached: { key: string; title: string; reached_on: string }[];
    next: { key: string; title: string; progress: number; remaining: string } | null;
  };
  contexts: { id: string; context_type: string; note?: string | null; expires_at: string }[];
  /** Shared and not yet confirmed by the server. */
  waiting: { client_key?: string; context_type?: string; note?: string; context_id?: string }[];
  preferences?: { celebrations: 'on' | 'quiet' | 'off'; score_hidden: boolean };
  celebration?: { key: string; title: string; text: string };
  error?: string;
}

export interface HeadlessAnswer<T = unknown> {
  ok: boolean;
  data?: T;
  error?: string;
}

export interface HeadlessPulse {
  getState(): HeadlessState;
  subscribe(run: (state: HeadlessState) => void): () => void;
  shareContext(kind: PulseContext, text?: string): Promise<HeadlessAnswer>;
  withdraw(id: string): Promise<HeadlessAnswer>;
  setPreferences(change: Partial<NonNullable<HeadlessState['preferences']>>): Promise<HeadlessAnswer>;
  lookBack(period?: 'quarter' | 'year'): Promise<
    HeadlessAnswer<{
      period: { label: string };
      slides: { kind: string; title: string; figure: string | null; text: string }[];
    }>
  >;
  setToken(token: string): void;
  close(): void;
  ready: Promise<{ ok: boolean; error?: string }>;
}

export function createPulse(options: HeadlessOptions): HeadlessPulse;
