using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Storage.ClusterMember;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.Postgres;
using Pipeline.Storage.Postgres.Membership;

// A node that does nothing but live, until it is killed, frozen or told otherwise. Arguments: the database, the node's name.
// Says on standard output, a line each: "joined EPOCH"; "lost CAUSE REASON"; "wrote ROWS" for each line that comes in: a write in the name of its life.
var options = new PostgresOptions { ConnectionString = args[0], Node = args[1] };
await using var cluster = await PostgresCluster.OpenAsync(options, new MembershipOptions { Work = new TestWork() }, NullLogger.Instance, default);
await using var life = await cluster.JoinAsync(
    new NodeCard { Name = args[1], Version = "test", Wire = new FormRange(1, 2), Stored = new FormRange(3, 4) }, default);
await TestWork.AddAsync(args[0], args[1], life.Owner.Epoch, rows: 3);
Say($"joined {life.Owner.Epoch}");
_ = SayLossAsync();

while (await Console.In.ReadLineAsync() is not null)
{
    Say($"wrote {await TestWork.WriteAsync(args[0], args[1], life.Owner.Epoch)}");
}

async Task SayLossAsync()
{
    var loss = await life.Lost;
    Say($"lost {loss.Cause} {loss.Reason}");
}

static void Say(string line)
{
    Console.Out.WriteLine(line);
    Console.Out.Flush();
}
