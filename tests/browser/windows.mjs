// The windows every page has to fit, and how to see whether it does.
// How far the page reaches beyond the window, and what of it does.
export const hidden_to_the_side = (page) =>
    page.evaluate(() => {
        const root = document.documentElement;
        const outside = [...document.querySelectorAll("body *")].filter((element) => {
            const box = element.getBoundingClientRect();
            return box.width > 0 && (box.left < 0 || box.right > root.clientWidth + 0.5);
        });
        return [root.scrollWidth - root.clientWidth, ...outside.map((one) => one.outerHTML)];
    });

export const windows = {
    "320 px wide": { viewport: { width: 320, height: 640 } },
    "enlarged to 400 %": { viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 },
    "of usual size": { viewport: { width: 1280, height: 800 } },
};
