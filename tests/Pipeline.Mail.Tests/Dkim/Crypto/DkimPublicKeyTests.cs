using System.Security.Cryptography;
using Pipeline.Mail.Dkim.Crypto;

namespace Pipeline.Mail.Tests.Dkim.Crypto;

public sealed class DkimPublicKeyTests
{
    [Fact]
    public void Both_published_forms_of_an_RSA_key_are_read_and_nothing_may_follow_them()
    {
        using var rsa = RSA.Create(1024);
        var (spki, pkcs1) = (rsa.ExportSubjectPublicKeyInfo(), rsa.ExportRSAPublicKey());
        Assert.Equal(1024, DkimPublicKey.Import(DkimKeyType.Rsa, spki, out _)!.Bits);
        Assert.Equal(1024, DkimPublicKey.Import(DkimKeyType.Rsa, pkcs1, out _)!.Bits);
        Assert.Null(DkimPublicKey.Import(DkimKeyType.Rsa, [.. spki, 0], out _));
        Assert.Null(DkimPublicKey.Import(DkimKeyType.Rsa, [.. pkcs1, 0], out _));
        Assert.Null(DkimPublicKey.Import(DkimKeyType.Rsa, spki.AsSpan(1), out _));
    }

    [Theory]
    [InlineData(new byte[] { 1 })]
    [InlineData(new byte[] { 1, 0, 0 })]
    [InlineData(new byte[] { 1, 0, 0, 0, 0, 0, 0, 0, 1 })]
    public void Exponents_that_are_one_or_even_or_huge_are_refused(byte[] exponent)
    {
        using var rsa = RSA.Create(1024);
        var parameters = rsa.ExportParameters(false);
        var writer = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteIntegerUnsigned(parameters.Modulus);
            writer.WriteIntegerUnsigned(exponent);
        }

        Assert.Null(DkimPublicKey.Import(DkimKeyType.Rsa, writer.Encode(), out var problem));
        Assert.NotEmpty(problem);
    }

    [Fact]
    public void An_Ed25519_key_is_read_bare_and_in_the_form_that_OpenSSL_prints()
    {
        byte[] prefix = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
        var raw = Convert.FromHexString("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
        Assert.NotNull(DkimPublicKey.Import(DkimKeyType.Ed25519, raw, out _));
        Assert.NotNull(DkimPublicKey.Import(DkimKeyType.Ed25519, [.. prefix, .. raw], out _));
        Assert.Null(DkimPublicKey.Import(DkimKeyType.Ed25519, [.. prefix, .. raw, 0], out _));
    }

    [Fact]
    public void Random_octets_are_no_key_and_never_throw()
    {
        var random = new Random(3);
        for (var round = 0; round < 2_000; round++)
        {
            var octets = new byte[random.Next(0, 200)];
            random.NextBytes(octets);
            if (octets.Length > 4)
            {
                octets[0] = 0x30;
            }

            Assert.Null(DkimPublicKey.Import(DkimKeyType.Rsa, octets, out _));
        }
    }

    [Fact]
    public void The_cache_keeps_the_keys_used_last_and_no_more_than_its_capacity()
    {
        var cache = new DkimKeyCache(capacity: 2);
        var keys = Enumerable.Range(0, 3).Select(i => Ed25519.ExportPublicKey(Ed25519.ImportPrivateKey([(byte)i, .. new byte[31]])!)).ToArray();
        var first = cache.Get(DkimKeyType.Ed25519, keys[0], out _);
        var second = cache.Get(DkimKeyType.Ed25519, keys[1], out _);
        Assert.Same(first, cache.Get(DkimKeyType.Ed25519, keys[0], out _));
        cache.Get(DkimKeyType.Ed25519, keys[2], out _);
        Assert.Equal(2, cache.Count);
        Assert.Same(first, cache.Get(DkimKeyType.Ed25519, keys[0], out _));
        Assert.NotSame(second, cache.Get(DkimKeyType.Ed25519, keys[1], out _));
        Assert.Null(cache.Get(DkimKeyType.Ed25519, [1, 2, 3], out var problem));
        Assert.NotEmpty(problem);
        Assert.Equal(2, cache.Count);
    }
}
