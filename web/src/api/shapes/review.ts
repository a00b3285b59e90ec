/* Reviews. */
import type { Page } from "./common";

export const reviewSorts = ["recent", "likes", "rating"] as const;
export type ReviewSort = (typeof reviewSorts)[number];

export interface Review {
  id: string;
  author: string;
  rating: number;
  title: string;
  content: string;
  likes: number;
  liked: boolean;
  mine: boolean;
  created_at: string;
  updated_at: string | null;
  hidden: boolean;
  hidden_reason: string | null;
}

/* Average and count are of all pages. */
export interface Reviews extends Page<Review> {
  average: number | null;
  count: number;
}

export type ReviewText = Pick<Review, "rating" | "title" | "content">;
