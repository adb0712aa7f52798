// Takes the link's secret (k) and the session out of the address bar, so that neither is seen on
// screen, bookmarked or shared, and puts the session into the form where it asks for one. Without
// this the page works too: the person pastes the link.
"use strict";
{
  const url = new URL(location.href);
  const fragment = new URLSearchParams(url.hash.slice(1));
  const field = document.getElementById("session");
  // A reload finds it in the state of this window's history, where no other page can read it.
  const session = fragment.get("session") ?? history.state?.session;
  if (field && session) {
    field.value = session;
    field.closest("section").hidden = true;
  }
  if (url.searchParams.has("k") || fragment.has("session")) {
    url.searchParams.delete("k");
    if (fragment.has("session")) {
      fragment.delete("session");
      url.hash = fragment.toString();
    }
    history.replaceState(field && session ? { session } : history.state, "", url);
  }
}
