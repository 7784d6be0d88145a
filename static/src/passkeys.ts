// Passkeys: django-allauth's scripts speak with the key, this shows their buttons and says when it fails.

export function passkeys(): void {
  if (window.PublicKeyCredential) {
    document.querySelectorAll<HTMLElement>("[data-passkey]").forEach((part) => (part.hidden = false));
  }
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    document.querySelectorAll<HTMLElement>("[data-passkey-error]").forEach((notice) => (notice.hidden = false));
  });
}
