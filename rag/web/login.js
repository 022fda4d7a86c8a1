// Sends name and password; the server answers with a cookie.
import { login } from "./wire.js";
import { $ } from "./words.js";

$("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await login(event.target);
    location.reload();
  } catch (error) {
    $("told").textContent = error.message;
  }
});
