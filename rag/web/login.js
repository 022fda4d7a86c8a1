// Sends name and password; the server answers with a cookie.
import { login } from "./wire.js";
import { $ } from "./words.js";

matchMedia("(prefers-color-scheme: dark)").matches && (document.documentElement.dataset.theme = "dark");
$("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await login(event.target);
    location.reload();
  } catch (error) {
    $("told").textContent = error.message;
  }
});
