using System.Text;
using Pipeline.Mail.Ident;

namespace Pipeline.Mail.Tests.Ident;

public sealed class IdentReplyTests
{
    [Theory]
    [InlineData("4711,25:USERID:UNIX:joe\r\n", "joe")]
    [InlineData("4711 , 25 : USERID : UNIX , US-ASCII :  joe bloggs \r\n", "joe bloggs ")]
    [InlineData("4711 , 25:USERID:OTHER:a:b\r\n", "a:b")]
    [InlineData("4711 , 25:USERID:UNIX:joe\n", "joe")]
    [InlineData("4711 , 25:USERID:UNIX:j\u0001\u00ffq\r\n", "j\\001\\377q")]
    [InlineData("4711,25:USERID:UNIX:joe\r\nmore", "joe")]
    [InlineData("4711,25:ERROR:NO-USER\r\n", null)]
    [InlineData("4711,26:USERID:UNIX:joe\r\n", null)]
    [InlineData("4712,25:USERID:UNIX:joe\r\n", null)]
    [InlineData("70247,25:USERID:UNIX:joe\r\n", null)]
    [InlineData("4711,25:userid:UNIX:joe\r\n", null)]
    [InlineData("4711,25:USERID:UNIX:\r\n", null)]
    [InlineData("4711,25:USERID:UNIX\r\n", null)]
    [InlineData("4711,25:USERIDX:UNIX:joe\r\n", null)]
    [InlineData("4711 25:USERID:UNIX:joe\r\n", null)]
    [InlineData("4711,25:USERID:UNIX:joe", null)]
    [InlineData("\r\n", null)]
    [InlineData("", null)]
    public void A_reply_names_the_user_of_the_connection(string reply, string? user) =>
        Assert.Equal(user, IdentReply.Read(Encoding.Latin1.GetBytes(reply), 4711, 25));

    [Theory]
    [InlineData(126, 126)]
    [InlineData(127, 127)]
    [InlineData(128, 127)]
    public void A_long_user_is_cut(int length, int kept) =>
        Assert.Equal(new string('x', kept), IdentReply.Read(Encoding.ASCII.GetBytes($"4711,25:USERID:UNIX:{new string('x', length)}\r\n"), 4711, 25));

    [Fact]
    public void Every_prefix_of_a_reply_names_nobody()
    {
        var reply = "4711 , 25 : USERID : UNIX : joe\r\n"u8;
        for (var length = 0; length < reply.Length; length++)
        {
            Assert.Null(IdentReply.Read(reply[..length], 4711, 25));
        }
    }

    [Fact]
    public void What_is_read_can_be_printed()
    {
        var random = new Random(20261123);
        byte[] seed = [.. "4711,25:USERID:UNIX:joe\r\n"u8];
        for (var i = 0; i < 100_000; i++)
        {
            var reply = seed.ToArray();
            for (var edits = random.Next(4); edits > 0; edits--)
            {
                reply[random.Next(reply.Length)] = (byte)random.Next(256);
            }

            Assert.True(IdentReply.Read(reply, 4711, 25) is not { } user || (user.Length > 0 && user.All(static c => c is >= ' ' and < '\u007f')));
        }
    }
}
