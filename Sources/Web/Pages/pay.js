// Keeps an open pay page true: state, progress and clocks. Everything here also works without it, by reloading.
"use strict";
(() => {
  const page = document.getElementById("page");
  if (!page) return;
  const el = (id) => document.getElementById(id);
  const announce = (text) => { el("announce").textContent = text; };

  // A reload keeps looking for the same payment.
  if (page.dataset.keep) history.replaceState(null, "", page.dataset.keep);

  const pad = (n) => String(n).padStart(2, "0");
  const clock = (ms) => {
    const s = Math.ceil(Math.max(0, ms) / 1000);
    const h = Math.floor(s / 3600);
    const m = Math.floor(s / 60) % 60;
    return (h ? h + ":" + pad(m) : m) + ":" + pad(s % 60);
  };

  // Clocks count here between two words of the server.
  const ends = { run: null, offer: null };
  const startClock = (name, leftMS) => { ends[name] = leftMS === null ? null : performance.now() + leftMS; };
  let toldMinute = false;
  const tick = () => {
    const now = performance.now();
    if (ends.run !== null) {
      el("clock-time").textContent = clock(ends.run - now);
      el("bar").value = Math.max(0, ends.run - now);
    }
    if (ends.offer !== null && el("offer-time")) {
      const left = ends.offer - now;
      el("offer-time").textContent = clock(left);
      if (left < 120000 && el("renew")) el("renew").hidden = false;
      if (left < 60000 && left > 0 && !toldMinute) {
        toldMinute = true;
        announce(page.dataset.minute);
      }
    }
  };
  if (el("offer")) startClock("offer", Number(el("offer").dataset.leftMs));
  if (!el("clock").hidden) startClock("run", Number(el("clock-time").dataset.leftMs));
  setInterval(tick, 1000);

  const show = (id, isShown) => { if (el(id)) el(id).hidden = !isShown; };
  const wasInviting = el("shut") === null && el("state").dataset.tone !== "shut";
  let kind = el("result").dataset.kind;
  let isReloading = false;
  const reload = () => {
    if (isReloading) return;
    isReloading = true;
    setTimeout(() => location.reload(), 800);
  };

  const draw = (p) => {
    el("state").dataset.tone = p.state.tone;
    el("state-word").textContent = p.state.word;
    el("state-detail").textContent = p.state.detail;

    const result = el("result");
    result.dataset.tone = p.tone;
    result.dataset.kind = p.kind;
    result.hidden = p.kind === "waiting";
    el("headline").textContent = p.headline;
    el("detail").textContent = p.detail;
    show("clock", p.left_ms !== null);
    show("bar", p.left_ms !== null);
    if (p.left_ms !== null) el("bar").max = Math.max(p.total_ms || 1, p.left_ms);
    startClock("run", p.left_ms);
    show("steps", p.step !== null);
    for (const step of el("steps").children) {
      const n = Number(step.dataset.step);
      step.className = n < p.step || p.step === 4 ? "past" : n === p.step ? "now" : "ahead";
      if (n === p.step) step.setAttribute("aria-current", "step");
      else step.removeAttribute("aria-current");
    }
    if (p.receipt) el("receipt").href = p.receipt;
    show("receipt", Boolean(p.receipt));
    show("invite", p.invitation);
    show("waiting", p.kind === "waiting");
    if (p.kind !== "waiting" && p.kind !== "part" && p.kind !== "over") show("renew", false);

    if (p.kind !== kind) {
      if (p.kind !== "waiting") announce(p.headline + ". " + p.detail);
      // These change what the page offers, which the server draws.
      if (p.kind === "part" || p.kind === "over") reload();
      kind = p.kind;
    }
    if (p.state.invites !== wasInviting) reload();
    tick();
  };

  let stream = null;
  const listen = () => {
    stream = new EventSource(page.dataset.live);
    stream.addEventListener("picture", (event) => draw(JSON.parse(event.data)));
    stream.addEventListener("error", () => {
      // The browser comes back by itself unless it was turned away.
      if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 10000);
    });
  };
  if (page.dataset.live && window.EventSource) listen();
  // A phone that slept may have lost the stream without noticing.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible" || !stream) return;
    stream.close();
    listen();
  });

  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    const label = button.textContent;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(button.dataset.copy);
        button.textContent = "✓ " + page.dataset.copied;
        announce(page.dataset.copied);
      } catch {
        const range = document.createRange();
        if (el("address")) range.selectNodeContents(el("address"));
        getSelection().removeAllRanges();
        getSelection().addRange(range);
        announce(page.dataset.copyFailed);
      }
      setTimeout(() => { button.textContent = label; }, 2500);
    });
  }
})();
