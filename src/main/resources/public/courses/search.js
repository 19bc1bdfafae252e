// The catalogue renews itself while somebody types.
const form = document.querySelector("[data-search]");
let waiting;
form?.q.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const words = form.q.value;
    const address = `/?q=${encodeURIComponent(words)}`;
    const answer = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer?.ok || form.q.value !== words) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.getElementById("found").replaceChildren(...page.getElementById("found").childNodes);
    history.replaceState(null, "", words ? address : "/");
  }, 250);
});
