package io.replbuf.keyspace;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The numbers of INCRBYFLOAT: reals with a significand of 64 bits, as C's {@code long double} is where Redis runs, so that a
 * sum has the digits that Redis would print.
 *
 * <p>Immutable. Read as C's {@code strtold} reads it: decimal, or hexadecimal with a power of two.
 */
final class ExtendedReal {
    private static final int SIGNIFICAND_BITS = 64;

    /** Numbers of 2^16384 and more are infinite. */
    private static final int EXPONENT_MAX = 16384;

    /** The largest is about 1.2e4932, the smallest 3.6e-4951. */
    private static final int DECIMAL_EXPONENT_MAX = 4933;

    private static final int DECIMAL_EXPONENT_MIN = -4951;

    private static final int HEX_RADIX = 16;
    private static final long HEX_DIGIT_BITS = 4;

    private static final int TEXT_CHARS_MAX = 5 * 1024;
    private static final int PRINTED_DECIMALS = 17;
    private static final String NOT_A_FLOAT = "ERR value is not a valid float";
    private static final Pattern DECIMAL =
            Pattern.compile("[+-]?(\\d+\\.?\\d*+|\\.\\d+)([eE][+-]?\\d+)?");
    private static final Pattern HEXADECIMAL =
            Pattern.compile(
                    "([+-]?)0[xX](?=\\.?\\p{XDigit})(\\p{XDigit}*)\\.?(\\p{XDigit}*)(?:[pP]([+-]?\\d+))?");
    private static final Pattern INFINITE = Pattern.compile("[+-]?inf(inity)?");

    /** Less than the smallest number of all, 2^-16445. */
    private static final int EXPONENT_MIN = -16445;

    /** Null: infinite. */
    private final BigDecimal value;

    private ExtendedReal(BigDecimal value) {
        this.value = value;
    }

    /** @throws CommandException if {@code text} is not a number in range */
    static ExtendedReal parse(String text) {
        if (text.length() >= TEXT_CHARS_MAX) {
            throw new CommandException(NOT_A_FLOAT);
        }
        if (INFINITE.matcher(text.toLowerCase(Locale.ROOT)).matches()) {
            return new ExtendedReal(null);
        }
        Matcher hexadecimal = HEXADECIMAL.matcher(text);
        BigDecimal exact = hexadecimal.matches() ? hexadecimal(hexadecimal) : decimal(text);
        BigDecimal rounded = exact.signum() == 0 ? BigDecimal.ZERO : round(exact);
        if (rounded == null) {
            throw new CommandException(NOT_A_FLOAT);
        }
        return new ExtendedReal(rounded);
    }

    private static BigDecimal decimal(String text) {
        if (!DECIMAL.matcher(text).matches()) {
            throw new CommandException(NOT_A_FLOAT);
        }
        BigDecimal exact;
        try {
            exact = new BigDecimal(text);
        } catch (NumberFormatException e) {
            // The exponent alone does not fit 32 bits.
            throw new CommandException(NOT_A_FLOAT);
        }
        long magnitude = (long) exact.precision() - exact.scale();
        if (exact.signum() != 0
                && (magnitude > DECIMAL_EXPONENT_MAX || magnitude < DECIMAL_EXPONENT_MIN)) {
            throw new CommandException(NOT_A_FLOAT);
        }
        return exact;
    }

    /** Sign, digits before and behind the point, and the power of two of a match. */
    private static BigDecimal hexadecimal(Matcher parts) {
        BigInteger digits = new BigInteger(parts.group(2) + parts.group(3), HEX_RADIX);
        if (digits.signum() == 0) {
            return BigDecimal.ZERO;
        }
        BigInteger exponent =
                new BigInteger(parts.group(4) == null ? "0" : parts.group(4))
                        .subtract(BigInteger.valueOf(HEX_DIGIT_BITS * parts.group(3).length()));
        BigInteger magnitude = exponent.add(BigInteger.valueOf(digits.bitLength()));
        if (magnitude.compareTo(BigInteger.valueOf(EXPONENT_MAX)) > 0
                || magnitude.compareTo(BigInteger.valueOf(EXPONENT_MIN)) <= 0) {
            throw new CommandException(NOT_A_FLOAT);
        }
        BigDecimal power = new BigDecimal(BigInteger.TWO.pow(Math.abs(exponent.intValue())));
        BigDecimal significand = new BigDecimal(digits);
        BigDecimal exact =
                exponent.signum() >= 0 ? significand.multiply(power) : significand.divide(power);
        return parts.group(1).equals("-") ? exact.negate() : exact;
    }

    /** @throws CommandException if the sum is not finite */
    ExtendedReal plus(ExtendedReal other) {
        BigDecimal sum = value == null || other.value == null ? null : value.add(other.value);
        BigDecimal rounded = sum == null || sum.signum() == 0 ? sum : round(sum);
        if (rounded == null) {
            throw new CommandException("ERR increment would produce NaN or Infinity");
        }
        return new ExtendedReal(rounded);
    }

    /** With up to 17 decimals, and no zeros at the end. */
    @Override
    public String toString() {
        if (value == null) {
            return "inf";
        }
        BigDecimal printed = value.setScale(PRINTED_DECIMALS, RoundingMode.HALF_EVEN);
        return printed.signum() == 0 ? "0" : printed.stripTrailingZeros().toPlainString();
    }

    /** To 64 significant bits, half to even; null if that is infinite. */
    private static BigDecimal round(BigDecimal exact) {
        BigInteger numerator = exact.unscaledValue().abs();
        BigInteger denominator = BigInteger.ONE;
        if (exact.scale() > 0) {
            denominator = BigInteger.TEN.pow(exact.scale());
        } else {
            numerator = numerator.multiply(BigInteger.TEN.pow(-exact.scale()));
        }
        // Two bits more than wanted, the lower of which also stands for everything below it.
        int shift = SIGNIFICAND_BITS + 2 - (numerator.bitLength() - denominator.bitLength());
        BigInteger[] quotient =
                shift >= 0
                        ? numerator.shiftLeft(shift).divideAndRemainder(denominator)
                        : numerator.divideAndRemainder(denominator.shiftLeft(-shift));
        BigInteger bits = quotient[0];
        if (quotient[1].signum() != 0) {
            bits = bits.setBit(0);
        }
        int drop = bits.bitLength() - SIGNIFICAND_BITS;
        BigInteger significand = bits.shiftRight(drop);
        BigInteger rest = bits.subtract(significand.shiftLeft(drop));
        int half = rest.compareTo(BigInteger.ONE.shiftLeft(drop - 1));
        if (half > 0 || half == 0 && significand.testBit(0)) {
            significand = significand.add(BigInteger.ONE);
        }
        int exponent = drop - shift;
        if (significand.bitLength() + exponent > EXPONENT_MAX) {
            return null;
        }
        BigDecimal result = new BigDecimal(significand);
        BigDecimal power = new BigDecimal(BigInteger.ONE.shiftLeft(Math.abs(exponent)));
        result = exponent >= 0 ? result.multiply(power) : result.divide(power);
        return exact.signum() < 0 ? result.negate() : result;
    }
}
