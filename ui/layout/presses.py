"""A press counts for what was under the pointer when it began, also if the page moves meanwhile.

A live update may add a line above a button between pointer down and pointer up. The browser then
sends the click to whatever contains both places, and the person's press is lost without a sign.
"""

SCRIPT = """
(() => {
  const PRESSABLE = 'a, button, label, tr, [role=button], [role=tab], [role=option], ' +
    '[role=menuitem], [role=checkbox], [role=switch], [role=radio]';
  const STILL = 4;
  let begun = null;
  document.addEventListener('pointerdown', (event) => {
    const pressed = event.isPrimary && event.button === 0 && event.target.closest(PRESSABLE);
    begun = pressed ? {pressed, x: event.clientX, y: event.clientY} : null;
  }, true);
  document.addEventListener('click', (event) => {
    if (!begun || !event.detail) return;
    const {pressed, x, y} = begun;
    begun = null;
    const moved = Math.hypot(event.clientX - x, event.clientY - y);
    if (moved > STILL || !pressed.isConnected || pressed.contains(event.target)) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    pressed.click();
  }, true);
})();
"""
"""Part of the page itself. STILL: CSS pixels by which a resting hand may move the pointer.

`detail` is 0 for clicks by keyboard or script, which begin with no pointer.
"""
