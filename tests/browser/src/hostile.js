// Makes every sentence of a normalized document and of its captions one that would run if it were markup.
{
  const { fetch } = globalThis;
  const hostile = (where) => `<img src=x onerror="ran('${where}')"><script>ran('${where}')</` + `script>`;
  const spoil = (normalized) => {
    for (const annotation of normalized.annotations) {
      annotation.message = hostile("message");
      annotation.category = hostile("category");
      annotation.suggestions = [hostile("suggestion")];
    }
    for (const segment of normalized.transcript?.segments ?? []) {
      segment.speaker = hostile("speaker");
      segment.text = hostile("said");
      delete segment.words;
    }
    return normalized;
  };
  globalThis.fetch = async (address, wish) => {
    const answer = await fetch(address, wish);
    if (!/\/normalized$/.test(new URL(address, location.href).pathname) || !answer.ok) return answer;
    return new Response(JSON.stringify(spoil(await answer.json())), { headers: { "content-type": "application/json" } });
  };
}
