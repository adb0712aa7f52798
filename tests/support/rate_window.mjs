// Windows of rate limits end at the whole minute: what is counted must not run over one.
export async function early_in_a_window(seconds = 15) {
    const left = 60_000 - (Date.now() % 60_000);
    if (left < seconds * 1000) await new Promise((resolve) => setTimeout(resolve, left + 50));
}
