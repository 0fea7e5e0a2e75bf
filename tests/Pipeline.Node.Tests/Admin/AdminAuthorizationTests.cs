using Pipeline.Node.Admin;

namespace Pipeline.Node.Tests.Admin;

public sealed class AdminAuthorizationTests
{
    [Theory]
    [InlineData("None", true, 403)]
    [InlineData("None", false, 403)]
    [InlineData("Viewer", true, null)]
    [InlineData("Viewer", false, 403)]
    [InlineData("Node", true, null)]
    [InlineData("Node", false, 403)]
    [InlineData("Operator", true, null)]
    [InlineData("Operator", false, null)]
    public void Role_decides_who_may_look_and_who_may_order(string role, bool onlyLooks, int? status) =>
        Assert.Equal(status, AdminAuthorization.Refusal(new AdminCaller("alice", Enum.Parse<AdminRole>(role)), onlyLooks)?.Status);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Connection_that_shows_nobody_may_nothing(bool onlyLooks) => Assert.Equal(401, AdminAuthorization.Refusal(null, onlyLooks)!.Status);
}
