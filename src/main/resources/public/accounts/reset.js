// The mailed link holds its code behind a #, which browsers send to no server; so it stands in no log.
const form = document.getElementById("set");
if (form && location.hash.length > 1) {
  form.token.value = location.hash.slice(1);
  form.token.parentElement.hidden = true;
  document.getElementById("ask")?.remove();
  history.replaceState(null, "", location.pathname);
}
