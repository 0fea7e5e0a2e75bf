using Pipeline.Kernel.Actor;

namespace Pipeline.Kernel.Inspection;

/// <summary>Takes snapshots level by level, so that a limit cuts off what is farthest down and not whole branches.</summary>
internal sealed class InspectionTree(int depth, int limit)
{
    public ActorSnapshot[] Look(LocalActorRef[] roots)
    {
        List<Node> tops = Array.ConvertAll(roots, static root => new Node(root)).ToList();
        List<Node> level = tops;
        int left = limit - tops.Count;
        for (int below = 0; below < depth && left > 0 && level.Count > 0; below++)
        {
            List<Node> next = [];
            foreach (Node node in level)
            {
                node.Take(left);
                left -= node.Children.Count;
                next.AddRange(node.Children);
            }

            level = next;
        }

        return [.. tops.Select(static top => top.ToSnapshot())];
    }

    private sealed class Node(LocalActorRef actor)
    {
        private readonly ChildStats[] _all = actor.Cell.ChildrenSnapshot();

        public List<Node> Children { get; } = [];

        public void Take(int most) => Children.AddRange(_all
            .Select(static child => child.Ref)
            .OrderBy(static child => child.Path.Name, StringComparer.Ordinal)
            .Take(most)
            .Select(static child => new Node(child)));

        /// <summary>As deep as the tree was looked at, which is bounded.</summary>
        public ActorSnapshot ToSnapshot() => new()
        {
            Path = actor.Path.ToStringWithoutAddress(),
            Name = actor.Path.Name,
            Type = actor.Cell.Props.Type.Name,
            State = actor.Cell.StateSeenFromOutside,
            MailboxLength = actor.Cell.Mailbox.ApproximateLength(ActorInspection.MailboxCountLimit),
            Restarts = actor.Cell.Restarts,
            Age = actor.Cell.Age,
            ChildCount = _all.Length,
            Children = [.. Children.Select(static child => child.ToSnapshot())],
        };
    }
}
