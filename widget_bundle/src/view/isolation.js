/**
 * What happens in the widget stays in it: a page's shortcuts, focus traps, "click outside" and
 * Escape handlers never hear of it. The page is asked before its own listeners, on window.
 */
import { api } from '../state.js';

const EVENTS =
  'keydown keypress keyup beforeinput input paste focusin focusout pointerdown mousedown touchstart touchmove wheel click';
/** Parts of a page that hold the focus fast. */
const TRAP = 'dialog,[role*=dialog],.modal';

/**
 * @param {any} element
 * @param {any} shadow
 * @param {AbortSignal} signal ends it
 */
export const isolate = (element, shadow, signal) => {
  const hear = (/** @type {any} */ event) => {
    const { type, key, target, relatedTarget } = event;
    const path = event.composedPath();
    const isEscape = key == 'Escape' && type == 'keydown';
    // With no panel to close, it is for what the page has open around us.
    if (isEscape && !api.isOpen) return;
    if (path.includes(element)) {
      event.stopImmediatePropagation();
      // The browser would close what the page has open.
      if (isEscape) event.preventDefault();
      // Nobody below hears it either: our own handlers are called here.
      for (const node of path) {
        if (node == shadow) break;
        node['on' + type]?.({ key, target: path[0] });
      }
    } else if (relatedTarget == element && target.closest?.(TRAP)) event.stopImmediatePropagation();
  };
  for (const name of EVENTS.split(' '))
    addEventListener(name, hear, { capture: true, passive: name != 'keydown', signal });
};
