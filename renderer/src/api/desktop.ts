import type { WindowDoor, WindowInputOf, WindowOutputOf, WindowProcedureName } from '../../../app/contract/index.ts';
import type { Door } from './door.ts';
import { Failure } from './failure.ts';

declare global {
  interface Window {
    /** What the preload script of the app gives; not there in a browser. */
    readonly gatehouse?: WindowDoor;
  }
}

type CallApp = <N extends WindowProcedureName>(name: N, input: WindowInputOf<N>) => Promise<WindowOutputOf<N>>;

/** The app around this window, which also leads to the host; `undefined` in a browser. */
export const desktop: (Omit<Door, 'call'> & { readonly call: CallApp }) | undefined =
  window.gatehouse === undefined ? undefined : through(window.gatehouse);

function through(door: WindowDoor) {
  const call: CallApp = async (name, input) => {
    const answer = await door.call[name](input);
    if ('result' in answer) return answer.result;
    const { code, message, hint } = answer.error;
    throw new Failure(code, message, hint);
  };
  return {
    signIn: async () => 'in' as const,
    call,
    listen(onEvent: Parameters<Door['listen']>[0], onLine: Parameters<Door['listen']>[1]) {
      onLine('up');
      door.listen(event => (event.type === 'line' ? onLine(event.line) : onEvent(event)));
    },
  };
}
