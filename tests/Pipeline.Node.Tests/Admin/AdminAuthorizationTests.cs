using Pipeline.Node.Admin;

namespace Pipeline.Node.Tests.Admin;

public sealed class AdminAuthorizationTests
{
    [Theory]
    [InlineData("None", "Look", 403)]
    [InlineData("None", "Order", 403)]
    [InlineData("None", "Scan", 403)]
    [InlineData("Viewer", "Look", null)]
    [InlineData("Viewer", "Order", 403)]
    [InlineData("Viewer", "Scan", 403)]
    [InlineData("Node", "Look", null)]
    [InlineData("Node", "Order", 403)]
    [InlineData("Node", "Scan", null)]
    [InlineData("Operator", "Look", null)]
    [InlineData("Operator", "Order", null)]
    [InlineData("Operator", "Scan", null)]
    public void Role_decides_who_may_what(string role, string access, int? status) => Assert.Equal(
        status, AdminAuthorization.Refusal(new AdminCaller("alice", Enum.Parse<AdminRole>(role)), Enum.Parse<AdminAccess>(access))?.Status);

    [Theory]
    [InlineData("Look")]
    [InlineData("Order")]
    [InlineData("Scan")]
    public void Connection_that_shows_nobody_may_nothing(string access) =>
        Assert.Equal(401, AdminAuthorization.Refusal(null, Enum.Parse<AdminAccess>(access))!.Status);
}
