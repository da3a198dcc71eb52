/** The page: the newest messages, as the server sends them, and a form to add one. */
export const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Messages</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; color: #223; background: #fafafc }
  form { display: flex; gap: .5rem; margin-bottom: 1.5rem }
  input { font: inherit; padding: .4rem .6rem; border: 1px solid #bbc; border-radius: .4rem; min-width: 0 }
  input[name=text] { flex: 1 }
  button { font: inherit; padding: .4rem 1rem; border: 0; border-radius: .4rem; background: #2456c8; color: #fff }
  ol { list-style: none; padding: 0; margin: 0 }
  li { padding: .5rem 0; border-top: 1px solid #dde }
  li b { margin-right: .5rem }
  #state { color: #667; font-size: .875rem }
</style>
<h1>Messages</h1>
<form>
  <input name="author" placeholder="Name" required maxlength="40" aria-label="Name">
  <input name="text" placeholder="Message" required maxlength="500" aria-label="Message">
  <button>Send</button>
</form>
<p id="state" role="status">connecting …</p>
<ol id="messages"></ol>
<script type="module">
  const [list, state, form] = ["#messages", "#state", "form"].map((each) => document.querySelector(each));

  const events = new EventSource("/events");
  events.onopen = () => state.textContent = "live";
  events.onerror = () => state.textContent = "connecting …";
  events.onmessage = ({ data }) => list.replaceChildren(...JSON.parse(data).map(({ author, text }) => {
    const item = document.createElement("li");
    const name = document.createElement("b");
    name.textContent = author;
    item.append(name, text);
    return item;
  }));

  form.onsubmit = async (event) => {
    event.preventDefault();
    const body = JSON.stringify(Object.fromEntries(new FormData(form)));
    const { ok } = await fetch("/messages", { method: "POST", body, headers: { "content-type": "application/json" } });
    state.textContent = ok ? "live" : "this was refused";
    if (ok) form.elements.text.value = "";
  };
</script>
</html>
`;
