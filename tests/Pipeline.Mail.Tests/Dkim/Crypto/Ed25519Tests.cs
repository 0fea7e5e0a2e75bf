using Pipeline.Mail.Dkim.Crypto;

namespace Pipeline.Mail.Tests.Dkim.Crypto;

public sealed class Ed25519Tests
{
    [Theory]
    [InlineData(
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData(
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    public void The_vectors_of_RFC_8032_are_signed_and_verified(string seed, string publicKey, string data, string signature)
    {
        using var privateKey = Ed25519.ImportPrivateKey(Convert.FromHexString(seed));
        using var key = Ed25519.ImportPublicKey(Convert.FromHexString(publicKey));
        var (octets, expected) = (Convert.FromHexString(data), Convert.FromHexString(signature));
        Assert.Equal(Convert.FromHexString(publicKey), Ed25519.ExportPublicKey(privateKey!));
        Assert.Equal(expected, Ed25519.Sign(privateKey!, octets));
        Assert.True(Ed25519.Verify(key!, octets, expected));
        expected[3] ^= 1;
        Assert.False(Ed25519.Verify(key!, octets, expected));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void Keys_of_other_lengths_are_refused(int length)
    {
        Assert.Null(Ed25519.ImportPublicKey(new byte[length]));
        Assert.Null(Ed25519.ImportPrivateKey(new byte[length]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(65)]
    public void Signatures_of_other_lengths_do_not_verify(int length)
    {
        using var key = Ed25519.ImportPublicKey(Convert.FromHexString("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"));
        Assert.False(Ed25519.Verify(key!, [], new byte[length]));
    }

    [Fact]
    public async Task One_key_serves_many_threads()
    {
        using var privateKey = Ed25519.ImportPrivateKey(new byte[32]);
        using var key = Ed25519.ImportPublicKey(Ed25519.ExportPublicKey(privateKey!));
        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
            Enumerable.Range(0, 50).All(i => Ed25519.Verify(key!, [(byte)thread, (byte)i], Ed25519.Sign(privateKey!, [(byte)thread, (byte)i]))))));
        Assert.All(results, Assert.True);
    }
}
