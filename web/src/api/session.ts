// The token of this tab. It lives in the tab's own storage: closing the tab signs out, and no other tab sees it.
const KEY = 'headwater.token';

type Listener = () => void;
const listeners = new Set<Listener>();
let refused = false;

export const token = (): string | null => sessionStorage.getItem(KEY);

/** Whether the server refused what this tab has, so that the sign-in screen must be shown. */
export const needsSignIn = (): boolean => refused;

export function signIn(value: string): void {
  sessionStorage.setItem(KEY, value);
  refused = false;
  tell();
}

export function signOut(): void {
  sessionStorage.removeItem(KEY);
  refused = true;
  tell();
}

/** The server answered 401. */
export function unauthorized(): void {
  if (refused) return;
  refused = true;
  tell();
}

export function onSessionChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(): void {
  for (const listener of listeners) listener();
}
