// Amounts as the contract describes them (signals.yaml, AmountInput): decimal text, rounded half to
// even to ten-thousandths, never through a binary float.

const amount_max = 999999999999999999n;

// Ten-thousandths, or undefined for what is no amount greater than zero.
export function ten_thousandths(value) {
    const [mantissa, exponent = "0"] = String(value).split("e");
    const match = /^(\d+)(?:\.(\d+))?$/.exec(mantissa);
    if (!match) return undefined;
    const digits = BigInt(match[1] + (match[2] ?? ""));
    const shift = 4 - (match[2] ?? "").length + Number(exponent);
    const amount = shift >= 0 ? digits * 10n ** BigInt(shift) : rounded(digits, -shift);
    return amount > 0n && amount <= amount_max ? amount : undefined;
}

function rounded(digits, places) {
    const unit = 10n ** BigInt(places);
    const [whole, rest] = [digits / unit, (digits % unit) * 2n];
    const up = rest > unit || (rest === unit && whole % 2n === 1n);
    return up ? whole + 1n : whole;
}

export function amount_text(amount) {
    const text = amount.toString().padStart(5, "0");
    return `${text.slice(0, -4)}.${text.slice(-4)}`;
}
