using Pipeline.Actors.Receipt;
using Pipeline.Mail.Dkim;

namespace Pipeline.Actors.Tests.Receipt;

public sealed class DkimLineTests
{
    private static readonly DkimSignature Signature = new()
    {
        Algorithm = DkimAlgorithm.RsaSha256,
        SignatureValue = new byte[256],
        SignatureExtent = default,
        BodyHash = default,
        Domain = "a.test",
        Selector = "s",
        IdentityDomain = "a.test",
        HeaderNames = ["from"],
        HeaderForm = CanonicalForm.Relaxed,
        BodyForm = CanonicalForm.Simple,
    };

    [Theory]
    [InlineData(DkimVerdict.Pass, DkimFailure.None, "verification succeeded")]
    [InlineData(DkimVerdict.Fail, DkimFailure.BodyHashMismatch, "verification failed - body hash mismatch (body probably modified in transit)")]
    [InlineData(DkimVerdict.Fail, DkimFailure.SignatureMismatch, "verification failed - signature did not verify (headers probably modified in transit)")]
    [InlineData(DkimVerdict.TempError, DkimFailure.KeyUnavailable, "invalid - public key record (currently?) unavailable")]
    [InlineData(DkimVerdict.PermError, DkimFailure.KeyMissing, "invalid - public key record (currently?) unavailable")]
    [InlineData(DkimVerdict.PermError, DkimFailure.KeyInvalid, "invalid - syntax error in public key record")]
    [InlineData(DkimVerdict.PermError, DkimFailure.Expired, "invalid - unspecified problem")]
    public void Line_says_what_became_of_a_signature(DkimVerdict verdict, DkimFailure failure, string outcome) => Assert.Equal(
        $"DKIM: d=a.test s=s c=relaxed/simple a=rsa-sha256 b=2048 [{outcome}]",
        DkimLine.Of(new DkimResult(verdict, "a.test", "s", null, "rsa-sha256", 2048, "") { Failure = failure, Signature = Signature }));

    [Fact]
    public void Line_has_the_tags_that_are_there() => Assert.Equal(
        "DKIM: d=a.test s=s c=relaxed/simple a=rsa-sha256 b=2048 i=u@a.test t=1 x=2 l=3 [verification succeeded]",
        DkimLine.Of(new DkimResult(DkimVerdict.Pass, "a.test", "s", "u@a.test", "rsa-sha256", 2048, "")
        {
            Signature = Signature with { Created = 1, Expires = 2, BodyLength = 3 },
        }));

    [Fact]
    public void Line_about_what_cannot_be_read_has_what_was_read() => Assert.Equal(
        "DKIM: d=a.test s= a= b=0 [invalid - signature tag missing or invalid]",
        DkimLine.Of(new DkimResult(DkimVerdict.PermError, "a.test", "", null, "", 0, "") { Failure = DkimFailure.SignatureInvalid }));
}
