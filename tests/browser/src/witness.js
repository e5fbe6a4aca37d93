// Runs in every document before the page's own scripts, and keeps what no picture shows: what should not have happened,
// and which parts of files were sent. Kept in sessionStorage, so that it outlives a reload as the tab does.
{
  const note = (list, entry) => {
    try {
      const kept = JSON.parse(sessionStorage.getItem(`witness.${list}`) ?? "[]");
      sessionStorage.setItem(`witness.${list}`, JSON.stringify([...kept, entry]));
    } catch {
      // A document without an origin keeps nothing.
    }
  };

  // What text that came from outside would call, if it were ever taken for a script.
  globalThis.ran = (where) => note("faults", `a script from outside ran: ${where}`);

  addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile, lineNumber }) =>
    note("faults", `against the policy: ${violatedDirective} ${blockedURI} at ${sourceFile}:${lineNumber}`));
  addEventListener("error", ({ message, filename, lineno }) => message && note("faults", `${message} at ${filename}:${lineno}`));
  addEventListener("unhandledrejection", ({ reason }) => note("faults", `nobody caught: ${reason?.stack ?? reason}`));

  const document = performance.timeOrigin;
  const { open, send } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.open = function (method, address, ...rest) {
    const part = new URL(address, location.href).searchParams.get("partNumber");
    if (part !== null) this.witnessed = Number(part);
    return open.call(this, method, address, ...rest);
  };
  XMLHttpRequest.prototype.send = function (body) {
    if (this.witnessed !== undefined) {
      const bytes = body?.size ?? 0;
      note("begun", { document, part: this.witnessed, bytes });
      this.addEventListener("load", () => note("parts", { document, part: this.witnessed, bytes, status: this.status }));
    }
    return send.call(this, body);
  };

  let asked = 0;
  const { fetch } = globalThis;
  globalThis.fetch = (...wish) => { asked += 1; return fetch(...wish); };
  globalThis.fetchesBegun = () => asked;
}
