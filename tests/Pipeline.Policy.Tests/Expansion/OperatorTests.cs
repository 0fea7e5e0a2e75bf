using System.Globalization;

namespace Pipeline.Policy.Tests.Expansion;

public sealed class OperatorTests
{
    private readonly ExpansionBench _bench = new();

    [Theory]
    [InlineData("${headerwrap_20_62147483648:a b c}", "a b c")]
    [InlineData("${headerwrap_62147483648_20:a b c}", "Failed: bad values for \"headerwrap_62147483648_20\"")]
    [InlineData("${lc:ABC}", "abc")]
    [InlineData("${strlen:abc}", "3")]
    [InlineData("${address:Joe <joe@example.org>}", "joe@example.org")]
    [InlineData("${address:joe@example.org (Joe (x))}", "joe@example.org")]
    [InlineData("${address:\"a b\"@c.test}", "\"a b\"@c.test")]
    [InlineData("${address:<@r1,@r2:a@b.test>}", "a@b.test")]
    [InlineData("${address:a b}", "")]
    [InlineData("${address:Doe, Joe: <joe@example.org>}", "joe@example.org")]
    [InlineData("${address:[ Joe > <joe@example.org> (x)}", "joe@example.org")]
    [InlineData("${address:<>}", "")]
    [InlineData("${address:a@b.test.}", "")]
    [InlineData("${address:a@b.test..}", "")]
    [InlineData("${address:a..b@c.test}", "a..b@c.test")]
    [InlineData("${address:.a@c.test}", ".a@c.test")]
    [InlineData("${address:a.@c.test}", "a.@c.test")]
    [InlineData("${address:a@b.test, c@d.test}", "")]
    [InlineData("${address:a@b.test (x}", "")]
    [InlineData("${address:a\\351@b.test}", "a\u00e9@b.test")]
    [InlineData("${addresses:a@x, <>, c d, e@z}", "a@x:e@z")]
    [InlineData("${addresses:G: a@x, b@y}", "a@x:b@y")]
    [InlineData("${domain:Joe <joe@example.org>}", "example.org")]
    [InlineData("${domain:foo}", "")]
    [InlineData("${local_part:joe@example.org}", "joe")]
    [InlineData("${addresses:A <a@x>, b@y (B), grp: c@z, d@z;}", "a@x:b@y:c@z:d@z")]
    [InlineData("${addresses:>& \"x, y\" <a@x>, b@y}", "a@x&b@y")]
    [InlineData("${quote:abc.d-e_f}", "abc.d-e_f")]
    [InlineData("${quote:}", "\"\"")]
    [InlineData("${quote:a b\\\"}", "\"a b\\\"\"")]
    [InlineData("${quote_local_part:a.b}", "a.b")]
    [InlineData("${quote_local_part:a b}", "\"a b\"")]
    [InlineData("${quote_lsearch:a'b}", "a'b")]
    [InlineData("${quote_mysql:a'b%}", "a\\'b%")]
    [InlineData("${quote_pgsql:a'b}", "a''b")]
    [InlineData("${quote_sqlite:a'b}", "a''b")]
    [InlineData("${quote_lsearch_x:a}", "Failed: \"x\" unrecognized after \"${quote_lsearch\"")]
    [InlineData("${quote_nosuch:a}", "Failed: unknown lookup type \"nosuch\"")]
    [InlineData("${md5:abc}", "900150983cd24fb0d6963f7d28e17f72")]
    [InlineData("${sha1:abc}", "A9993E364706816ABA3E25717850C26C9CD0D89D")]
    [InlineData("${sha256:abc}", "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD")]
    [InlineData("${base64:abc}", "YWJj")]
    [InlineData("${str2b64:abc}", "YWJj")]
    [InlineData("${base64d:YWJj}", "abc")]
    [InlineData("${base64d:!}", "Failed: string \"!\" is not well-formed for \"base64d\" operator")]
    [InlineData("${base62:10}", "00000A")]
    [InlineData("${base62d:00000A}", "10")]
    [InlineData("${base62:x}", "Failed: argument for base62 operator is \"x\", which is not a decimal number")]
    [InlineData("${base32:412}", "m4")]
    [InlineData("${base32d:m4}", "412")]
    [InlineData("${hex2b64:616263}", "YWJj")]
    [InlineData("${hex2b64:6}", "Failed: \"6\" contains an odd number of characters")]
    [InlineData("${hexquote:a b}", "a\\x20b")]
    [InlineData("${escape:a\\nb\\001}", "a\\nb\\001")]
    [InlineData("${escape8bit:a\\351}", "a\\351")]
    [InlineData("${rxquote:a.b}", "a\\.b")]
    [InlineData("${mask:10.1.2.3/8}", "10.0.0.0/8")]
    [InlineData("${mask:2001:db8::7/32}", "2001.0db8.0000.0000.0000.0000.0000.0000/32")]
    [InlineData("${mask_n:2001:db8::7/32}", "2001:db8::/32")]
    [InlineData("${mask:10.1.2.3}", "Failed: missing mask value in \"10.1.2.3\"")]
    [InlineData("${reverse_ip:1.2.3.4}", "4.3.2.1")]
    [InlineData("${reverse_ip:x}", "Failed: reverse_ip() not given an IP address [x]")]
    [InlineData("${ipv6norm:2001:DB8:0:0::7}", "2001:db8::7")]
    [InlineData("${ipv6denorm:::1}", "0000:0000:0000:0000:0000:0000:0000:0001")]
    [InlineData("${listcount:<, a, b,, c}", "2")]
    [InlineData("${expand:\\$primary_hostname}", "mx.example.com")]
    [InlineData("${expand:\\$nosuch}", "Failed: internal expansion of \"$nosuch\" failed: unknown variable name \"nosuch\"")]
    [InlineData("${rfc2047:abc}", "abc")]
    [InlineData("${rfc2047:ab\\351}", "=?ISO-8859-1?Q?ab=E9?=")]
    [InlineData("${rfc2047d:=?utf-8?q?=C3=A9?= =?iso-8859-1?B?4Q==?=}", "éá")]
    [InlineData("${time_eval:1h30m}", "5400")]
    [InlineData("${time_interval:5400}", "1h30m")]
    [InlineData("${time_eval:1}", "Failed: string \"1\" is not an Exim time interval in \"time_eval\" operator")]
    [InlineData("${time_interval:x}", "Failed: string \"x\" is not a positive number in \"time_interval\" operator")]
    [InlineData("${randint:1}", "0")]
    [InlineData("${from_utf8:\\xC3\\xA9}", "é")]
    [InlineData("${utf8clean:a\\xFFb}", "a?b")]
    [InlineData("${utf8_domain_to_alabel:\\xC3\\xA9.test}", "xn--9ca.test")]
    [InlineData("${utf8_domain_from_alabel:xn--9ca.test}", "Ã©.test")]
    [InlineData("${xtextd:a+20b}", "a b")]
    [InlineData("${hash_3:abcdefgh}", "jac")]
    [InlineData("${hash{3}{62}{abcdefgh}}", "fGt")]
    [InlineData("${hash_9:abc}", "abc")]
    [InlineData("${nhash{8}{abc}}", "4")]
    [InlineData("${nhash{100}{abc}}", "36")]
    [InlineData("${nhash_8_64:abc}", "7/44")]
    [InlineData("${nhash{8}{64}{supercalifragilisticexpialidocious}}", "6/33")]
    [InlineData("${nhash_0:x}", "Failed: zero is no value for \"nhash\"")]
    [InlineData("${h_subject:}", "Failed: non-digit after underscore in \"h_subject\"")]
    [InlineData("${hmac{md5}{mysecret}{alice@example.org}}", "8c82144e7854a2fba70bde11763c5b7e")]
    [InlineData("${hmac{sha256}{a}{b}}", "Failed: hmac algorithm \"sha256\" is not recognised")]
    [InlineData("${length_x:abc}", "Failed: non-digit after underscore in \"length_x\"")]
    public async Task Operator_yields(string text, string expected) => Assert.Equal(expected, await _bench.PrintAsync(text));

    [Theory]
    [InlineData("9223372036854775807+1", "overflow in sum")]
    [InlineData("5 % 0", "modulo by zero")]
    [InlineData("(1", "expecting closing parenthesis")]
    [InlineData("9223372036854775807-(-1)", "overflow in difference")]
    public async Task Arithmetic_that_cannot_be_is_refused_with_a_reason(string expression, string reason) =>
        Assert.StartsWith($"Failed: error in expression evaluation: {reason}", await _bench.PrintAsync($"${{eval:{expression}}}"), StringComparison.Ordinal);

    [Fact]
    public async Task Smallest_number_divided_by_minus_one_does_not_crash() =>
        Assert.Equal("9223372036854775807", await _bench.PrintAsync("${eval:(0-9223372036854775807-1)/-1}"));

    [Fact]
    public async Task Time_of_day_has_Exims_forms()
    {
        Assert.Equal(
            "Sun, 22 Nov 2026 05:50:16 +0000|2026-11-22 05:50:16|20261122055016Z|+0000|20261122|Sun Nov 22 05:50:16 2026",
            await _bench.PrintAsync("$tod_full|$tod_log|$tod_zulu|$tod_zone|$tod_logfile|$tod_bsdinbox"));
        var epoch = new DateTimeOffset(2026, 11, 22, 5, 50, 16, TimeSpan.Zero).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        Assert.Equal($"{epoch}|{epoch}000000", await _bench.PrintAsync("$tod_epoch|$tod_epoch_l"));
    }

    [Fact]
    public async Task Encoded_words_are_at_most_75_characters_long_and_read_back()
    {
        var text = string.Concat(Enumerable.Repeat("é ü ", 60));
        var encoded = await _bench.PrintAsync($"${{rfc2047:{text}}}");
        Assert.All(encoded.Split(' '), word => Assert.InRange(word.Length, 1, 75));
        Assert.Equal(text, await _bench.PrintAsync($"${{rfc2047d:{encoded}}}"));
    }
}
