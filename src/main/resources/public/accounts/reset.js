// The mailed link has its code after a #. Browsers do not send that part to servers, so the code is in no log.
const form = document.getElementById("set");
if (form && location.hash.length > 1) {
  form.token.value = location.hash.slice(1);
  form.token.parentElement.hidden = true;
  document.getElementById("ask")?.remove();
  history.replaceState(null, "", location.pathname);
}
