// Takes the session out of the address bar before anything else, so that it is never seen, stored or
// shared, and opens the page with it. Without script the person pastes the link into the same field.
"use strict";
{
  const open = () => {
    const session = new URLSearchParams(location.hash.slice(1)).get("session");
    if (session === null) return;
    history.replaceState(history.state, "", location.pathname);
    const field = document.querySelector("input[name=session]");
    field.value = session;
    field.form.submit();
    field.value = "";
  };
  open();
  // A link opened in a window that shows this page already only changes the fragment.
  addEventListener("hashchange", open);
}
