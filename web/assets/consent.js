// Takes the link's secret (k) and the session out of the address bar, so that neither is seen on
// screen, bookmarked or shared. The page works without this.
"use strict";
{
  const url = new URL(location.href);
  const fragment = new URLSearchParams(url.hash.slice(1));
  if (url.searchParams.has("k") || fragment.has("session")) {
    url.searchParams.delete("k");
    if (fragment.has("session")) {
      fragment.delete("session");
      url.hash = fragment.toString();
    }
    history.replaceState(history.state, "", url);
  }
}
