using Pipeline.Node.Listeners;

namespace Pipeline.Node.Tests.Listeners;

/// <summary>Large messages pass in constant memory. Runs alone, as it counts what the process allocates.</summary>
[Collection(nameof(SmtpMemoryTests))]
[CollectionDefinition(nameof(SmtpMemoryTests), DisableParallelization = true)]
public sealed class SmtpMemoryTests
{
    private const int Piece = 64 * 1024;
    private const int Pieces = 800;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Message_of_fifty_megabytes_is_handed_over_piece_by_piece_and_allocates_next_to_nothing(bool chunking)
    {
        var receipt = new FakeReceipt { DropContent = true };
        await using SmtpServer server = await KestrelFixture.StartAsync(receipt);
        await using SmtpTestClient client = await SmtpTestClient.GreetedAsync(server.Endpoints[0]);
        byte[] piece = new byte[Piece];
        for (int i = 0; i < Piece; i++)
        {
            piece[i] = (i % 64) switch { 62 => (byte)'\r', 63 => (byte)'\n', 0 => (byte)'.', _ => (byte)'x' };
        }

        await SendAsync(client, piece, 10, chunking);
        long octetsBefore = receipt.OctetsWritten;
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await SendAsync(client, piece, Pieces, chunking);
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;

        long octets = receipt.OctetsWritten - octetsBefore;
        Assert.Equal(chunking ? (long)Piece * Pieces : (long)Piece * Pieces / 64 * 63, octets);
        Assert.InRange(receipt.LargestWrite, 1, 16 * 1024);
        Assert.True(allocated < 2 * 1024 * 1024, $"{allocated} octets were allocated for {octets}");
    }

    private static async Task SendAsync(SmtpTestClient client, byte[] piece, int pieces, bool chunking)
    {
        await client.CommandAsync("MAIL FROM:<a@example.com>", "250 ");
        await client.CommandAsync("RCPT TO:<b@example.com>", "250 ");
        if (chunking)
        {
            await client.SendAsync($"BDAT {(long)piece.Length * pieces} LAST\r\n");
        }
        else
        {
            await client.CommandAsync("DATA", "354 ");
        }

        for (int i = 0; i < pieces; i++)
        {
            await client.SendAsync(piece);
        }

        if (!chunking)
        {
            await client.SendAsync(".\r\n");
        }

        await client.ExpectAsync("250 2.0.0 accepted");
    }
}
