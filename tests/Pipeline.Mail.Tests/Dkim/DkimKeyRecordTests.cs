using System.Text;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dkim.Crypto;

namespace Pipeline.Mail.Tests.Dkim;

public sealed class DkimKeyRecordTests
{
    [Theory]
    [InlineData("p=QUJD", DkimKeyType.Rsa)]
    [InlineData("v=DKIM1; k=ed25519; p=QU JD", DkimKeyType.Ed25519)]
    [InlineData("v=DKIM1; g=x; n=any thing; p=", DkimKeyType.Rsa)]
    public void Records_of_the_grammar_are_read(string text, DkimKeyType type)
    {
        Assert.True(Parse(text, out var record, out var problem), problem);
        Assert.Equal(type, record.KeyType);
    }

    [Theory]
    [InlineData("v=DKIM1")]
    [InlineData("p=QUJD; v=DKIM1")]
    [InlineData("v=DKIM2; p=QUJD")]
    [InlineData("k=dsa; p=QUJD")]
    [InlineData("p=QUJ")]
    [InlineData("P=QUJD")]
    [InlineData("p=QUJD; p=QUJD")]
    [InlineData("just text")]
    [InlineData("v=spf1 -all")]
    public void Other_records_are_refused(string text) => Assert.False(Parse(text, out _, out _));

    [Fact]
    public void Flags_services_and_hashes_are_lists()
    {
        Assert.True(Parse("h= sha1 : sha256 ; s=tlsrpt:email; t= y : s; p=QUJD", out var open, out _));
        Assert.Equal((false, false, true, true), (open.RefusesSha256, open.IsForOtherService, open.IsTesting, open.RequiresSameDomain));
        Assert.True(Parse("h=sha1; s=tlsrpt; t=ys; p=QUJD", out var closed, out _));
        Assert.Equal((true, true, false, false), (closed.RefusesSha256, closed.IsForOtherService, closed.IsTesting, closed.RequiresSameDomain));
    }

    [Theory]
    [InlineData(4096, true)]
    [InlineData(4100, false)]
    public void A_key_may_have_as_much_text_as_the_limit(int length, bool isAccepted) =>
        Assert.Equal(isAccepted, Parse($"p={new string('A', length)}", out _, out _));

    private static bool Parse(string text, out DkimKeyRecord record, out string problem) =>
        DkimKeyRecord.TryParse(Encoding.ASCII.GetBytes(text), DkimLimits.Default, out record, out _, out problem);
}
