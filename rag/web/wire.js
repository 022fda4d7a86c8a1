// Speaks Gradio's API: a call that answers at once, a stream of events, and an upload.

export class Trouble extends Error {
  constructor(message, status = 0) {
    super(message);
    this.status = status;
  }
}

export const GONE = "The chat does not answer; is `rag chat` still running?";

async function fetched(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Trouble(GONE);
  }
  if (response.ok) return response;
  const words = {
    401: "Log in first.",
    404: "The answer is no longer kept; ask again.",
    413: "That is too large to send.",
    429: `That was wrong too often; try again in ${response.headers.get("retry-after")} s.`,
    503: "The chat is busy; try again in a moment.",
  };
  throw new Trouble(words[response.status] || "The chat could not do that; see its terminal.", response.status);
}

function post(path, sent, signal) {
  const options = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ data: [sent] }), signal };
  return fetched(path, options);
}

export async function call(name, sent) {
  const answer = (await (await post(`gradio_api/run/${name}`, sent)).json()).data[0];
  if (answer.error) throw new Trouble(answer.error.message);
  return answer;
}

// Hands each event to `take`; aborting `signal` closes the stream, which stops the work behind it.
export async function stream(name, sent, take, signal) {
  const { event_id: id } = await (await post(`gradio_api/call/${name}`, sent, signal)).json();
  const response = await fetched(`gradio_api/call/${name}/${id}`, { signal });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = "";
  for (;;) {
    let piece;
    try {
      piece = await reader.read();
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Trouble(GONE);
    }
    if (piece.done) return;
    const blocks = (waiting + piece.value).split("\n\n");
    waiting = blocks.pop();
    for (const block of blocks) {
      const [, kind, data] = /^event: (\w+)\ndata: ([^]*)$/.exec(block) || [];
      if (kind === "error") throw new Trouble("Something went wrong; see the terminal of the chat.");
      const event = data && kind === "generating" ? JSON.parse(data)[0] : null;
      if (event && event.error) throw new Trouble(event.error.message);
      if (event) take(event);
    }
  }
}

export function upload(file, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `upload?name=${encodeURIComponent(file.name)}`);
    request.upload.onprogress = (event) => progress(event.loaded / Math.max(1, event.total));
    request.onerror = () => reject(new Trouble(`${file.name} could not be sent; it may be too large.`));
    request.onload = () => {
      let told = {};
      try { told = JSON.parse(request.responseText); } catch { /* not from us */ }
      if (request.status === 200) resolve(told.name);
      else reject(new Trouble(told.error ? told.error.message : "The upload failed.", request.status));
    };
    request.send(file);
  });
}

export async function login(form) {
  const body = new URLSearchParams(new FormData(form));
  try {
    await fetched("login", { method: "POST", body });
  } catch (error) {
    throw error.status === 400 ? new Trouble("That name and password do not fit.") : error;
  }
}
