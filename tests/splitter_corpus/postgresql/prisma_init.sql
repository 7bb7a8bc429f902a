-- CreateEnum
CREATE TYPE "Role" AS ENUM ('USER', 'ADMIN;');

-- CreateTable
CREATE TABLE "User" (
    "id" SERIAL NOT NULL,
    "email" TEXT NOT NULL,
    "role" "Role" NOT NULL DEFAULT 'USER',
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");

/*
  Warnings:

  - You are about to drop the column `x` on the `User` table. All the data; in the column will be lost.

*/
-- AlterTable
ALTER TABLE "User" ADD COLUMN     "name" TEXT;
